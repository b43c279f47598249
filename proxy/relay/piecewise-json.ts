import { isAscii } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import type { Span } from './scan-json.ts'

// V8 gives every text of more than about 128 KB pages of its own, and to get and give back these pages costs more than
// to read or write the text. So large JSON is read and written in pieces; what comes of it is the same.

/** Stands in the place of long strings while the rest is parsed; no client can know it. */
const MARK = randomUUID()

/**
 * Parses JSON in UTF-8 whose long strings are known: the rest of it as one text, each of them by itself. Throws what
 * `JSON.parse` throws, but takes line breaks and other controls in long strings as they stand.
 */
export function parsePiecewise(bytes: Buffer, longStrings: readonly Span[]): unknown {
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8'
  const pieces: string[] = []
  let from = 0
  for (const [index, { start, end }] of longStrings.entries()) {
    pieces.push(bytes.toString(encoding, from, start), MARK, String(index))
    from = end
  }
  pieces.push(bytes.toString(encoding, from))
  try {
    const rest: unknown = JSON.parse(pieces.join(''))
    return putBack(
      rest,
      longStrings.map(({ start, end }) => readString(bytes.toString(encoding, start, end))),
    )
  } catch {
    // What is wrong is said of the whole.
    return JSON.parse(bytes.toString(encoding))
  }
}

/** Without escapes a string is what it says; that a line break should have been one is not looked for. */
function readString(text: string): string {
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text
}

function putBack(value: unknown, strings: readonly string[]): unknown {
  if (typeof value === 'string')
    return value.startsWith(MARK) ? strings[Number(value.slice(MARK.length))] : value
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = putBack(value[index], strings)
    return value
  }
  return isJsonObject(value) ? putBackIn(value, strings) : value
}

function putBackIn(object: Record<string, unknown>, strings: readonly string[]): object {
  for (const name in object) {
    if (name.startsWith(MARK)) return renamed(object, strings)
    const inner = object[name]
    const isMarked = typeof inner === 'string' && inner.startsWith(MARK)
    if (isMarked || typeof inner === 'object') object[name] = putBack(inner, strings)
  }
  return object
}

/** An object one of whose names is long. */
function renamed(object: Readonly<Record<string, unknown>>, strings: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => [String(putBack(name, strings)), putBack(inner, strings)]),
  )
}

/** Shorter bodies, in characters, are written as one text. */
const LARGE = 16_384

/** The same as `JSON.stringify`, in UTF-8 where it is large: the entries of the object's lists are written one by one. */
export function stringifyPiecewise(body: JsonObject): string | Uint8Array {
  const pieces: string[] = []
  let characters = 0
  const add = (piece: string) => {
    pieces.push(piece)
    characters += piece.length
  }
  let before = '{'
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined) continue
    add(`${before}${JSON.stringify(name)}:`)
    before = ','
    if (isList(value)) addList(value, add)
    else add(JSON.stringify(value))
  }
  add(before === '{' ? '{}' : '}')
  if (characters < LARGE) return pieces.join('')
  return encode(pieces)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return !isJsonObject(value) && Array.isArray(value)
}

function addList(list: readonly JsonValue[], add: (piece: string) => void): void {
  let before = '['
  for (const entry of list) {
    // As `JSON.stringify` does with what JSON has no word for.
    add(before + (JSON.stringify(entry) ?? 'null'))
    before = ','
  }
  add(before === '[' ? '[]' : ']')
}

function encode(pieces: readonly string[]): Uint8Array {
  let length = 0
  for (const piece of pieces) length += Buffer.byteLength(piece)
  const bytes = Buffer.allocUnsafeSlow(length)
  let at = 0
  for (const piece of pieces) at += bytes.write(piece, at)
  return bytes
}
