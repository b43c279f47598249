import { jsonrepair } from 'jsonrepair'
import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { parseJson } from '../chat/pick-fields.ts'
import { stripArtefacts } from './strip-artefacts.ts'

/**
 * Parses JSON as models write it. Repairs syntax (raw line breaks, unquoted keys, single quotes, trailing commas,
 * missing brackets, lone backslashes), never content: text that ends inside a string is undefined, as is anything that
 * is no object and no list.
 */
export function parseLoosely(
  text: string,
): { readonly value: JsonObject | readonly JsonValue[] } | undefined {
  const clean = structure(parseJson(text))
  if (clean !== undefined) return { value: clean }
  const strings = mendStrings(text)
  if (strings === undefined) return undefined
  const mended = structure(parseJson(strings)) ?? structure(repair(strings))
  return mended === undefined ? undefined : { value: stripArtefacts(mended) }
}

function structure(value: unknown): JsonObject | readonly JsonValue[] | undefined {
  const inner = typeof value === 'string' ? parseJson(value) : value
  if (Array.isArray(inner)) return inner
  return isJsonObject(inner) ? inner : undefined
}

function repair(text: string): unknown {
  try {
    // Prose would become a string, and several objects a list: both are settled by `structure` and the schema.
    return parseJson(jsonrepair(text))
  } catch {
    // Beyond repair, or nested deeper than the stack: either way it is no call.
    return undefined
  }
}

const BAD_ESCAPE = /\\(?:[^"\\/bfnrtu]|u(?![0-9a-fA-F]{4}))/

/** Escapes what may not stand in a JSON string. Undefined where the last string does not end. */
function mendStrings(text: string): string | undefined {
  const pieces: string[] = []
  let at = 0
  for (;;) {
    const begin = text.indexOf('"', at)
    if (begin < 0) break
    const end = endOfString(text, begin)
    if (end < 0) return undefined
    pieces.push(text.slice(at, begin), mendString(text.slice(begin, end)))
    at = end
  }
  pieces.push(text.slice(at))
  return pieces.join('')
}

/** The place behind the string that begins at `begin`; -1 where it does not end. */
export function endOfString(text: string, begin: number): number {
  const stops = /["\\]/g
  stops.lastIndex = begin + 1
  for (let found = stops.exec(text); found !== null; found = stops.exec(text)) {
    if (found[0] === '"') return found.index + 1
    stops.lastIndex = found.index + 2
  }
  return -1
}

function mendString(string: string): string {
  // One lone backslash tells that none of them was meant as an escape: `C:\Users\nora` has no line break.
  const isLiteral = BAD_ESCAPE.test(string.replaceAll('\\\\', ''))
  const mended = isLiteral ? string.replaceAll(/\\+(?!["\\])/g, doubleLast) : string
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON strings may not hold.
  return mended.replaceAll(/[\u0000-\u001f]/g, (character) => JSON.stringify(character).slice(1, -1))
}

/** An odd run of backslashes gets one more. */
function doubleLast(run: string): string {
  return run.length % 2 === 0 ? run : `${run}\\`
}
