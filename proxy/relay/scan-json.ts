import { ChatError } from '../chat/chat-error.ts'

export type JsonLimits = { readonly jsonDepth: number; readonly jsonNodes: number }

/** Where values of a top-level field stand in a JSON text: byte offsets, `end` exclusive. */
export type Span = { readonly start: number; readonly end: number }

/** What one pass over a JSON text finds. */
export type JsonScan = {
  /** The values of the top-level field that was looked for. */
  readonly fieldSpans: readonly Span[]
  /** What stands between the quotes of strings of more than `LONG_STRING` bytes. */
  readonly longStrings: readonly Span[]
}

export const LONG_STRING = 256
const NO_SPANS: readonly Span[] = []
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/**
 * One pass over a JSON text before it is parsed: refuses what is nested too deep or has too many values, and finds the
 * values of the top-level field `field` (its name in UTF-8), and long strings. It does not validate; `JSON.parse` does.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop over every byte of every request; calls would cost more than they explain.
export function scanJson(bytes: Uint8Array, limits: JsonLimits, field: Uint8Array): JsonScan {
  let fieldSpans: Span[] | undefined
  let longStrings: Span[] | undefined
  let depth = 0
  let nodes = 0
  let isKeyNext = false
  let isWanted = false
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE: {
        const end = endOfString(bytes, at)
        if (depth === 1 && isKeyNext) {
          isWanted = isKey(bytes, { start: at + 1, end: end - 1 }, field)
          isKeyNext = false
        } else if (depth === 1 && isWanted) {
          if (fieldSpans === undefined) fieldSpans = [{ start: at, end }]
          else fieldSpans.push({ start: at, end })
        }
        if (end - at - 2 > LONG_STRING) {
          longStrings ??= []
          longStrings.push({ start: at + 1, end: end - 1 })
        }
        at = end - 1
        break
      }
      case COLON:
        break
      case COMMA:
        if (depth === 1) {
          isKeyNext = true
          isWanted = false
        }
        if (++nodes > limits.jsonNodes) throw tooMuch(`more than ${limits.jsonNodes} values`)
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > limits.jsonDepth) throw tooMuch(`nested deeper than ${limits.jsonDepth} levels`)
        if (depth === 1) isKeyNext = bytes[at] === OPEN_BRACE
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--
        break
    }
  }
  return { fieldSpans: fieldSpans ?? NO_SPANS, longStrings: longStrings ?? NO_SPANS }
}

/** Most strings end so soon that a native search would cost more than a look at each byte. */
const LOOKED_AT = 32

/** The offset just behind a string's closing quote. Jumps from quote to quote: long strings cost one native search. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  for (const near = at + LOOKED_AT; at < near; at++) {
    if (bytes[at] === QUOTE) return at + 1
    if (bytes[at] === BACKSLASH) at++
  }
  let quote = bytes.indexOf(QUOTE, at)
  while (quote !== -1) {
    let backslashes = 0
    while (bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote + 1
    quote = bytes.indexOf(QUOTE, quote + 1)
  }
  return bytes.length
}

/** Says whether a key, given without its quotes, is the wanted one, plain or with escapes. */
function isKey(bytes: Uint8Array, { start, end }: Span, wanted: Uint8Array): boolean {
  let isSame = end - start === wanted.length
  for (let at = 0; at < end - start; at++) {
    const byte = bytes[start + at]
    if (byte === BACKSLASH) return isEscapedKey(bytes.subarray(start, end), wanted)
    isSame &&= byte === wanted[at]
  }
  return isSame
}

function isEscapedKey(key: Uint8Array, wanted: Uint8Array): boolean {
  return parseKey(`"${Buffer.from(key).toString('latin1')}"`) === Buffer.from(wanted).toString()
}

function parseKey(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A broken key is refused by JSON.parse of the whole text.
    return undefined
  }
}

/** Puts another value in the place of each span. The rest of the bytes stays as it is. */
export function splice(bytes: Uint8Array, spans: readonly Span[], value: string): Uint8Array {
  const replacement = Buffer.from(JSON.stringify(value))
  const pieces: Uint8Array[] = []
  let from = 0
  for (const span of spans) {
    pieces.push(bytes.subarray(from, span.start), replacement)
    from = span.end
  }
  pieces.push(bytes.subarray(from))
  return Buffer.concat(pieces)
}

function tooMuch(what: string): ChatError {
  return new ChatError(
    'invalid-request',
    `The request body is JSON that Portside does not take: it is ${what}`,
  )
}
