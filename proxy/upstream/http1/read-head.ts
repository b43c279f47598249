import { type Fields, readFields } from './read-fields.ts'
import { type HeaderPlaces, scanHead } from './scan-head.ts'
import { transportError } from './transport-error.ts'

/** Where the body ends: after so many bytes, with its last chunk, or with the connection. */
export type Framing = number | 'chunked' | 'until-close'

export type ResponseHead = {
  readonly status: number
  readonly headers: Readonly<Fields>
  readonly framing: Framing
  /** How long the connection may wait for its next call, in milliseconds; zero where it ends with this answer. */
  readonly keepMs: number
  /** With the blank line behind it, in bytes. */
  readonly length: number
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |\r)/
const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i
const KEEP_ALIVE = /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i
const KEEP_TIMEOUT = /(?:^|[,\s])timeout=(\d{1,9})/i
/** Where the upstream does not say how long it keeps a connection. */
const KEEP_MS = 30_000
const LONGEST_KEEP_MS = 600_000
/** So that a call does not go out while the upstream is closing. */
const KEEP_MARGIN_MS = 1000

/** Those of the head that is being read: no two are read at a time. */
const places: HeaderPlaces = { at: [], count: 0 }

/**
 * Reads the head at the beginning of these bytes; undefined where more of it has to come. Throws where it breaks a rule
 * that says where the body ends.
 */
export function readHead(bytes: Buffer): ResponseHead | undefined {
  const length = scanHead(bytes, places)
  if (length === undefined) return undefined
  const text = bytes.toString('latin1', 0, length)
  const [, minor, digits] = STATUS_LINE.exec(text) ?? []
  if (digits === undefined) throw transportError('HPE_INVALID', 'the status line')
  const status = Number(digits)
  const headers = readFields(text, places)
  if (status < 200) return { status, headers, framing: 0, keepMs: 0, length }
  const framing = readFraming(status, headers)
  // Chunks were not made for HTTP/1.0: what stands between us and the upstream may not know where they end.
  const mayStay = framing !== 'until-close' && (minor === '1' || framing !== 'chunked')
  const keepMs = mayStay && isKept(headers, minor) ? readKeepMs(headers) : 0
  return { status, headers, framing, keepMs, length }
}

function readFraming(status: number, headers: Fields): Framing {
  const encoding = headers['transfer-encoding']
  const length = headers['content-length']
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked')
    throw transportError('HPE_INVALID', 'a transfer-encoding other than chunked')
  if (encoding !== undefined && length !== undefined)
    throw transportError('HPE_INVALID', 'both a content-length and a transfer-encoding')
  // A repeated length has a comma in it, and is refused even where it says the same twice.
  if (length !== undefined && !/^\d{1,15}$/.test(length))
    throw transportError('HPE_INVALID', 'the content-length')
  if (status === 204 || status === 304) return 0
  if (encoding !== undefined) return 'chunked'
  return length === undefined ? 'until-close' : Number(length)
}

function isKept({ connection = '' }: Fields, minor: string | undefined): boolean {
  return !CLOSE.test(connection) && (minor === '1' || KEEP_ALIVE.test(connection))
}

function readKeepMs({ 'keep-alive': hint }: Fields): number {
  if (hint === undefined) return KEEP_MS
  const seconds = KEEP_TIMEOUT.exec(hint)?.[1]
  if (seconds === undefined) return KEEP_MS
  return Math.max(0, Math.min(LONGEST_KEEP_MS, Number(seconds) * 1000 - KEEP_MARGIN_MS))
}
