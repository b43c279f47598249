import { createDelimitedReader } from './delimited.ts'
import type { Dialect } from './dialect.ts'
import { closeTag } from './json-element.ts'
import { readTag } from './tags.ts'

const LEAKED = {
  kind: 'broken',
  problem: 'the answer repeats the record of a tool result',
  isCut: false,
} as const

/** The record in which results stand in the prompt. A model that writes one makes it up: it is never shown. */
export const recordDialect: Dialect = {
  name: 'record',
  firsts: '<',
  open(text, at) {
    const tag = readTag(text, at)
    if (typeof tag === 'string') return tag === 'maybe' ? 'maybe' : 'no'
    if (tag.isClosing || (tag.word !== 'tool_result' && tag.word !== 'tool_results')) return 'no'
    const reader = createDelimitedReader({
      first: '<',
      close: (inner, place) => closeTag(inner, place, [tag.word]),
      read: () => LEAKED,
      readUnclosed: () => LEAKED,
      ignoresStrings: true,
    })
    return { length: tag.length, reader }
  },
}
