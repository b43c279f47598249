import { parseLoosely } from '../parse-loosely.ts'
import { callsIn } from '../read-json-calls.ts'
import { createDelimitedReader } from './delimited.ts'
import { type BlockReading, type Dialect, matchAt } from './dialect.ts'

const OPENER = /\{\s{0,64}"tool_calls"\s{0,64}:/y
const OPENER_BEGINNING =
  /\{\s{0,64}(?:"(?:t|to|too|tool|tool_|tool_c|tool_ca|tool_cal|tool_call|tool_calls|tool_calls"\s{0,64})?)?$/y

/** `{"tool_calls":[…]}` where it is the whole answer; JSON that the user asked for is anything else. */
export const jsonObjectDialect: Dialect = {
  name: 'json-object',
  firsts: '{',
  open(text, at, context) {
    if (!context.isStart) return 'no'
    if (matchAt(OPENER, text, at) === null)
      return matchAt(OPENER_BEGINNING, text, at) === null ? 'no' : 'maybe'
    // Nothing closes it: only the end of the answer tells that there is nothing else.
    const reader = createDelimitedReader({
      first: '<',
      close: () => 'no',
      read: (inner) => readWhole(inner, context.isDeclared),
      readUnclosed: (inner) => readWhole(inner, context.isDeclared),
      ignoresStrings: false,
    })
    return { length: 0, reader }
  },
}

function readWhole(text: string, isDeclared: (name: string) => boolean): BlockReading {
  const trimmed = text.trim()
  const value = trimmed.endsWith('}') ? parseLoosely(trimmed)?.value : undefined
  const calls = value === undefined || Array.isArray(value) ? undefined : callsIn(value, 0)
  if (calls === undefined || !calls.every(({ name }) => isDeclared(name))) return { kind: 'text' }
  return { kind: 'calls', calls }
}
