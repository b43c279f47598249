import { transportError } from './transport-error.ts'

const CR = 0x0d
const LF = 0x0a
const COLON = 0x3a

/** What a byte may stand in, as bits. */
const NAME = 1
const VALUE = 2
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isName = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte))
  const isValue = byte === 0x09 || (byte >= 0x20 && byte !== 0x7f)
  return (isName ? NAME : 0) | (isValue ? VALUE : 0)
})

const HEADER_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:/

/** Says whether a line, all of whose bytes may stand in values, begins with a name and its colon. */
export function isHeaderLine(text: string): boolean {
  return HEADER_LINE.test(text)
}

/** Visible characters, spaces and tabs. */
export function mayStandInValue(byte: number): boolean {
  return ((KINDS[byte] ?? 0) & VALUE) !== 0
}

const START = Buffer.from('HTTP/1.')

/** The header lines of one head. */
export type HeaderPlaces = {
  /** For each line where its name begins, where its colon stands, and where the line ends. */
  readonly at: number[]
  count: number
}

/**
 * Looks for a head at the beginning of these bytes, and for its header lines. Gives its length with the blank line
 * behind it; undefined where more has to come. What cannot become a head is thrown as soon as it shows: stray bytes, a
 * line that continues the one before (obs-fold), a space before the colon, an odd name. Others have read such lines in
 * another way than they were meant.
 */
export function scanHead(bytes: Uint8Array, places: HeaderPlaces): number | undefined {
  places.count = 0
  requireStart(bytes)
  let at = skip(bytes, 0, VALUE)
  for (;;) {
    const isWhole = isLineEnd(bytes, at)
    at += 2
    if (!isWhole || at === bytes.length) return undefined
    if (bytes[at] === CR) return isLineEnd(bytes, at) ? at + 2 : undefined
    const colon = skip(bytes, at, NAME)
    if (colon === bytes.length) return undefined
    if (colon === at || bytes[colon] !== COLON) throw transportError('HPE_INVALID', 'a header line')
    const end = skip(bytes, colon + 1, VALUE)
    const place = 3 * places.count++
    places.at[place] = at
    places.at[place + 1] = colon
    places.at[place + 2] = end
    at = end
  }
}

/** Where the first byte stands that is of another kind. */
function skip(bytes: Uint8Array, from: number, kind: number): number {
  let at = from
  while (at < bytes.length && ((KINDS[bytes[at] ?? 0] ?? 0) & kind) !== 0) at++
  return at
}

/** False where the bytes end before it is sure. */
function isLineEnd(bytes: Uint8Array, at: number): boolean {
  if (at === bytes.length) return false
  if (bytes[at] !== CR || (at + 1 < bytes.length && bytes[at + 1] !== LF))
    throw transportError('HPE_INVALID', 'a stray byte in the head')
  return at + 1 < bytes.length
}

/** What is no HTTP at all may never have an end: it is refused as soon as it shows. */
function requireStart(bytes: Uint8Array): void {
  for (let at = 0; at < START.length && at < bytes.length; at++)
    if (bytes[at] !== START[at]) throw transportError('HPE_INVALID', 'the beginning')
}
