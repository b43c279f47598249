import { readJsonCalls } from '../read-json-calls.ts'
import { createDelimitedReader } from './delimited.ts'
import type { BlockReader } from './dialect.ts'
import { readTag } from './tags.ts'

export type JsonElement = {
  /** The name of the call, where the element says it outside of its JSON. */
  readonly name?: string
  readonly ignoresStrings: boolean
}

/** Reads JSON up to the closing tag of one of `words`. */
export function createJsonElementReader(
  words: readonly string[],
  { name, ignoresStrings }: JsonElement,
): BlockReader {
  return createDelimitedReader({
    first: '<',
    close: (text, at) => closeTag(text, at, words),
    read: (inner) =>
      name === undefined
        ? readJsonCalls(inner)
        : { kind: 'calls', calls: [{ name, said: { kind: 'json', text: inner } }] },
    ignoresStrings,
  })
}

/** The length of a closing tag of one of `words` at `at`. */
export function closeTag(text: string, at: number, words: readonly string[]): number | 'maybe' | 'no' {
  const tag = readTag(text, at)
  if (tag === 'maybe') return 'maybe'
  if (tag === 'none' || !tag.isClosing || !words.includes(tag.word)) return 'no'
  return tag.length
}
