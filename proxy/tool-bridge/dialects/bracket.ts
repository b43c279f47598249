import { endOfString } from '../parse-loosely.ts'
import { createDelimitedReader } from './delimited.ts'
import { type BlockReading, type Dialect, matchAt, type RawCall } from './dialect.ts'

const OPENER = /\[?function_calls\]\s{0,64}(?=\[(?:call\s*[:=]|invoke\s))/iy
const OPENER_BEGINNING =
  /\[?(?:f|fu|fun|func|funct|functi|functio|function|function_|function_c|function_ca|function_cal|function_call|function_calls|function_calls\]\s{0,64}(?:\[(?:c|ca|cal|call\s{0,8}|i|in|inv|invo|invok|invoke)?)?)?$/iy
const CLOSER = /\[\/\s?function_calls\s?\]/iy
const CALL = /\[(?:call\s*[:=]\s*=?\s*([^\]\s"]+)|invoke\s+name\s*=\s*"([^"]+)")\s*\]/g
const CALL_END = /\[\/\s?(?:call|invoke)\s?\]/g

/** `[function_calls][call:NAME]{json}[/call][/function_calls]`, the first bracket perhaps missing. */
export const bracketDialect: Dialect = {
  name: 'bracket',
  firsts: '[fF',
  open(text, at, context) {
    const opener = matchAt(OPENER, text, at)
    if (opener === null) return matchAt(OPENER_BEGINNING, text, at) === null ? 'no' : 'maybe'
    const reader = createDelimitedReader({
      first: '[',
      close,
      read,
      ignoresStrings: context.isLast,
      readUnclosed: (inner) =>
        /\[\/\s?(?:call|invoke)\s?\]\s*$/.test(inner.slice(-40))
          ? read(inner)
          : { kind: 'broken', problem: 'the answer ended inside a call', isCut: true },
    })
    return { length: opener[0].length, reader }
  },
}

function close(text: string, at: number): number | 'maybe' | 'no' {
  const closer = matchAt(CLOSER, text, at)
  if (closer !== null) return closer[0].length
  return text.length - at < 20 && !text.includes(']', at) ? 'maybe' : 'no'
}

function read(inner: string): BlockReading {
  const calls: RawCall[] = []
  let at = 0
  for (;;) {
    CALL.lastIndex = at
    const opener = CALL.exec(inner)
    if (opener === null) break
    const begin = opener.index + opener[0].length
    at = endOfCall(inner, begin)
    const name = opener[1] ?? opener[2] ?? ''
    calls.push({ name, said: { kind: 'json', text: inner.slice(begin, at).trim() } })
  }
  return calls.length === 0
    ? { kind: 'broken', problem: 'the block holds no call', isCut: false }
    : { kind: 'calls', calls }
}

/** The first closing marker outside of strings; where the quotes are broken, the first one at all. */
function endOfCall(inner: string, begin: number): number {
  const stops = /"|\[\/\s?(?:call|invoke)\s?\]/g
  stops.lastIndex = begin
  for (let found = stops.exec(inner); found !== null; found = stops.exec(inner)) {
    if (found[0] !== '"') return found.index
    const end = endOfString(inner, found.index)
    if (end < 0) break
    stops.lastIndex = end
  }
  CALL_END.lastIndex = begin
  return CALL_END.exec(inner)?.index ?? inner.length
}
