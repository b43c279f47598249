import { readJsonCalls } from '../read-json-calls.ts'
import { createDelimitedReader } from './delimited.ts'
import type { BlockReading, Dialect, RawCall } from './dialect.ts'
import { createMarkupReader } from './markup-reader.ts'
import { readToken } from './tags.ts'

const OPENERS: ReadonlySet<string> = new Set(['tool_calls_begin', 'tool_calls_section_begin'])
const CLOSERS: ReadonlySet<string> = new Set(['tool_calls_end', 'tool_calls_section_end'])

/**
 * Blocks between template tokens: `<|tool▁calls▁begin|>` with a JSON list, DeepSeek's native form with a token between
 * name and arguments, and Kimi's sections.
 */
export const tokenSectionDialect: Dialect = {
  name: 'token-section',
  firsts: '<',
  open(text, at, context) {
    const token = readToken(text, at)
    if (typeof token === 'string') return token === 'maybe' ? 'maybe' : 'no'
    if (!OPENERS.has(token.name)) return 'no'
    const reader = createDelimitedReader({ first: '<', close, read, ignoresStrings: context.isLast })
    return { length: token.length, reader }
  },
}

function close(text: string, at: number): number | 'maybe' | 'no' {
  const token = readToken(text, at)
  if (token === 'maybe') return 'maybe'
  return token !== 'none' && CLOSERS.has(token.name) ? token.length : 'no'
}

function read(inner: string): BlockReading {
  const text = inner.trim()
  if (text.startsWith('<')) {
    const token = readToken(text, 0)
    if (typeof token === 'object' && token.name === 'tool_call_begin') return readTokens(text)
    const reader = createMarkupReader({ isWrapped: true })
    const { taken } = reader.push(text)
    return reader.end(text.slice(taken))
  }
  return readJsonCalls(text)
}

const CALL_BEGIN = /<[|｜‖]{1,2}tool[▁_ ]call[▁_ ]begin[|｜‖]{1,2}>/iu
const NAME_END = /<[|｜‖]{1,2}tool[▁_ ](?:sep|call[▁_ ]argument[▁_ ]begin)[|｜‖]{1,2}>/iu
const CALL_END = /<[|｜‖]{1,2}tool[▁_ ]call[▁_ ]end[|｜‖]{1,2}>/iu

/** Calls between `tool_call_begin` and `tool_call_end`, the name and the arguments parted by a token. */
function readTokens(text: string): BlockReading {
  const calls: RawCall[] = []
  for (const section of text.split(CALL_BEGIN).slice(1)) {
    const [told = ''] = section.split(CALL_END, 1)
    const [head, body, ...more] = told.split(NAME_END)
    if (head === undefined || body === undefined || more.length > 0)
      return { kind: 'broken', problem: 'a call has no name', isCut: false }
    calls.push(callOf(head.trim(), body.trim()))
  }
  return { kind: 'calls', calls }
}

/** DeepSeek's older form says `function`, then the name on the line of the arguments' fence. */
function callOf(head: string, body: string): RawCall {
  const fenced = /^([^\n`]*)\n?```(?:json)?\n?([\s\S]*)\n?```$/.exec(body)
  const text = fenced?.[2] ?? body
  const name = head === 'function' && fenced?.[1] ? fenced[1] : head
  return {
    name: name
      .trim()
      .replace(/^functions\./, '')
      .replace(/:\d+$/, ''),
    said: { kind: 'json', text },
  }
}
