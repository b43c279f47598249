import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'
import { fieldsOfEntry, writeEntryLine } from './entry-line.ts'
import type { Redactor } from './redact.ts'
import { redactEntry } from './redact-entry.ts'

/** The line of a row that has ended, about to be written. */
export type EntryLine = {
  /** No more bytes than these are needed for it. */
  readonly maxBytes: number
  /** Writes it at this place, and says where it ends. */
  writeTo(bytes: Buffer, at: number): number
}

/** The requests of a day are of so many kinds at a time, or fewer. */
const KEPT_KINDS = 16

/**
 * Writes the lines of rows. Most rows differ from an earlier one in times and counts only: everything else is redacted
 * and made into JSON once for all of them.
 */
export class LineWriter {
  readonly #redactor: Redactor
  readonly #kinds: Kind[] = []

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  lineOf(entry: LogEntry): EntryLine {
    const [attempt] = entry.attempts
    if (attempt === undefined || entry.attempts.length > 1 || !isOrdinary(entry, attempt))
      return new TextLine(writeEntryLine(redactEntry(entry, this.#redactor)))
    for (const kind of this.#kinds) if (kind.fits(entry, attempt)) return new KnownLine(entry, attempt, kind)
    const kind = new Kind(entry, attempt, this.#redactor)
    if (this.#kinds.push(kind) > KEPT_KINDS) this.#kinds.shift()
    return new KnownLine(entry, attempt, kind)
  }
}

const PLAIN_ID = /^[A-Za-z0-9._-]{1,64}$/

/** What went wrong is worded in many ways, and an id that needs escapes takes more than is reckoned with here. */
function isOrdinary({ id, errorMessage }: LogEntry, attempt: AttemptRecord): boolean {
  return (
    errorMessage === null && attempt.errorMessage === null && attempt.note === undefined && PLAIN_ID.test(id)
  )
}

/** Any row, as text. */
class TextLine implements EntryLine {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** UTF-8 needs at most three bytes for a unit of a JavaScript string. */
  get maxBytes(): number {
    return this.#text.length * 3
  }

  writeTo(bytes: Buffer, at: number): number {
    return at + bytes.write(this.#text, at)
  }
}

/** What rows have in common that differ in times and counts only. */
class Kind {
  /** What stands in their lines behind the times and counts. */
  readonly ending: Buffer
  readonly #entry: LogEntry
  readonly #attempt: AttemptRecord

  constructor(entry: LogEntry, attempt: AttemptRecord, redactor: Redactor) {
    // The row's own objects change no more.
    this.#entry = entry
    this.#attempt = attempt
    const { attempts = [], ...fields } = fieldsOfEntry(redactEntry(entry, redactor))
    const [first] = attempts
    this.ending = Buffer.from(
      `${endOfObject({ ...first, ...VARYING_IN_ATTEMPT })}],${endOfObject({ ...fields, ...VARYING })}`,
    )
  }

  /** What differs most often is compared first. */
  fits(entry: LogEntry, attempt: AttemptRecord): boolean {
    const known = this.#entry
    return (
      entry.accountId === known.accountId &&
      entry.modelIn === known.modelIn &&
      entry.state === known.state &&
      entry.status === known.status &&
      entry.stream === known.stream &&
      entry.finishReason === known.finishReason &&
      entry.keyName === known.keyName &&
      entry.client === known.client &&
      entry.path === known.path &&
      entry.method === known.method &&
      entry.protocol === known.protocol &&
      entry.modelOut === known.modelOut &&
      entry.provider === known.provider &&
      entry.accountName === known.accountName &&
      entry.passThrough === known.passThrough &&
      entry.tokensEstimated === known.tokensEstimated &&
      entry.errorKind === known.errorKind &&
      entry.denyReason === known.denyReason &&
      isSameAttempt(attempt, this.#attempt)
    )
  }
}

function isSameAttempt(attempt: AttemptRecord, known: AttemptRecord): boolean {
  return (
    attempt.reason === known.reason &&
    attempt.status === known.status &&
    attempt.maybeBilled === known.maybeBilled &&
    attempt.number === known.number &&
    attempt.provider === known.provider &&
    attempt.accountId === known.accountId &&
    attempt.accountName === known.accountName &&
    attempt.errorKind === known.errorKind
  )
}

/** Leaves out what stands in front of the ending. */
const VARYING = {
  id: undefined,
  startedAt: undefined,
  sequence: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
  cacheReadTokens: undefined,
  reasoningTokens: undefined,
  firstByteMs: undefined,
  durationMs: undefined,
  requestBytes: undefined,
  responseBytes: undefined,
}
const VARYING_IN_ATTEMPT = {
  startedAt: undefined,
  firstByteMs: undefined,
  durationMs: undefined,
  responseBytes: undefined,
}

function endOfObject(fields: object): string {
  return JSON.stringify(fields).slice(1)
}

/** More than the names, an id and fifteen numbers take. */
const BEGINNING_BYTES = 1024

/** A row of a kind that is known. */
class KnownLine implements EntryLine {
  readonly #entry: LogEntry
  readonly #attempt: AttemptRecord
  readonly #ending: Buffer

  constructor(entry: LogEntry, attempt: AttemptRecord, { ending }: Kind) {
    this.#entry = entry
    this.#attempt = attempt
    this.#ending = ending
  }

  get maxBytes(): number {
    return BEGINNING_BYTES + this.#ending.length
  }

  writeTo(bytes: Buffer, from: number): number {
    const entry = this.#entry
    const attempt = this.#attempt
    let at = writeAscii(bytes, from, '{"id":"')
    at = writeAscii(bytes, at, entry.id)
    at = writeField(bytes, at, '","startedAt":', entry.startedAt)
    at = writeField(bytes, at, ',"sequence":', entry.sequence)
    at = writeField(bytes, at, ',"inputTokens":', entry.inputTokens)
    at = writeField(bytes, at, ',"outputTokens":', entry.outputTokens)
    at = writeField(bytes, at, ',"cacheReadTokens":', entry.cacheReadTokens)
    at = writeField(bytes, at, ',"reasoningTokens":', entry.reasoningTokens)
    at = writeTime(bytes, at, ',"firstByteMs":', entry.firstByteMs)
    at = writeTime(bytes, at, ',"durationMs":', entry.durationMs)
    at = writeField(bytes, at, ',"requestBytes":', entry.requestBytes)
    at = writeField(bytes, at, ',"responseBytes":', entry.responseBytes)
    at = writeField(bytes, at, ',"attempts":[{"startedAt":', attempt.startedAt)
    at = writeTime(bytes, at, ',"firstByteMs":', attempt.firstByteMs)
    at = writeTime(bytes, at, ',"durationMs":', attempt.durationMs)
    at = writeField(bytes, at, ',"responseBytes":', attempt.responseBytes)
    bytes[at] = COMMA
    bytes.set(this.#ending, at + 1)
    return at + 1 + this.#ending.length
  }
}

const LONGEST_MS = 1e12
const COMMA = 0x2c
const POINT = 0x2e
const DIGIT_0 = 0x30

function writeField(bytes: Buffer, at: number, name: string, value: number | null): number {
  return value === null ? at : writeNumber(bytes, writeAscii(bytes, at, name), value)
}

/** A length of time, to the microsecond. What is none is not known. */
function writeTime(bytes: Buffer, from: number, name: string, milliseconds: number | null): number {
  if (milliseconds === null || !(milliseconds >= 0 && milliseconds < LONGEST_MS)) return from
  const micros = Math.round(milliseconds * 1000)
  const whole = Math.floor(micros / 1000)
  const at = writeNumber(bytes, writeAscii(bytes, from, name), whole)
  const rest = micros - whole * 1000
  if (rest === 0) return at
  bytes[at] = POINT
  return withoutZeros(bytes, writeDigits(bytes, at + 1, rest | 0, 3))
}

/** Letter by letter: for so few of them a call out of JavaScript takes longer. */
function writeAscii(bytes: Buffer, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
  return at + text.length
}

/** Whole numbers up to here are 32 bits, which divide fastest. */
const HALF = 1e9
const HALF_DIGITS = 9

function writeNumber(bytes: Buffer, at: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) return writeFraction(bytes, at, value)
  if (value < HALF) return writeDigits(bytes, at, value | 0, countDigits(value))
  const high = Math.floor(value / HALF)
  const middle = writeDigits(bytes, at, high | 0, countDigits(high))
  return writeDigits(bytes, middle, (value - high * HALF) | 0, HALF_DIGITS)
}

/** Of the wall clock, in milliseconds, 64 bits hold this part of one. */
const FINEST = 4096
const FINEST_DIGITS = 12
const UNITS = 1e12 / FINEST

/** Rows that would begin at the same time begin a moment apart: in full, since they are looked up by it. */
function writeFraction(bytes: Buffer, from: number, value: number): number {
  if (!Number.isSafeInteger(value * FINEST) || value < 0)
    return writeAscii(bytes, from, JSON.stringify(value))
  const whole = Math.floor(value)
  let at = writeNumber(bytes, from, whole)
  const digits = (value - whole) * FINEST * UNITS
  const high = Math.floor(digits / 1e6)
  bytes[at] = POINT
  writeDigits(bytes, at + 1, high | 0, FINEST_DIGITS / 2)
  at = writeDigits(bytes, at + 1 + FINEST_DIGITS / 2, (digits - high * 1e6) | 0, FINEST_DIGITS / 2)
  return withoutZeros(bytes, at)
}

/** Where the digits before this place end, but for zeros. */
function withoutZeros(bytes: Buffer, end: number): number {
  let at = end
  while (bytes[at - 1] === DIGIT_0) at--
  return at
}

function countDigits(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count++
  return count
}

/** Writes a number below a thousand million with so many digits. */
function writeDigits(bytes: Buffer, at: number, value: number, count: number): number {
  let left = value
  for (let place = at + count - 1; place >= at; place--) {
    const rest = (left / 10) | 0
    bytes[place] = DIGIT_0 + (left - rest * 10)
    left = rest
  }
  return at + count
}
