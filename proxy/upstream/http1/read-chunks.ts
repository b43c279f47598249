import { isHeaderLine, mayStandInValue } from './scan-head.ts'
import { transportError } from './transport-error.ts'

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b
const NO_BYTES = new Uint8Array(0)
/** More than any body has, and still exact. */
const MOST_DIGITS = 12
/** Of one chunk. */
const EXTENSION_BYTES = 1024

type Place =
  | 'size'
  | 'extension'
  | 'size-line-feed'
  | 'payload'
  | 'payload-return'
  | 'payload-line-feed'
  | 'trailer'
  | 'trailer-line-feed'
  | 'over'

/** Takes the payload out of a chunked body, however its bytes are cut. */
export class ChunkReader {
  /** Where the last `read` stopped: behind all bytes, or behind the body's end. */
  readTo = 0
  /** What broke the rules. The payload before it is good. */
  failure: Error | undefined
  readonly #trailerBytes: number
  #place: Place = 'size'
  /** The size as far as it is known, then what of the payload is still to come. */
  #left = 0
  #digits = 0
  /** Bytes of this chunk's extension, or of all trailers. */
  #skipped = 0
  #trailer = ''

  constructor(trailerBytes: number) {
    this.#trailerBytes = trailerBytes
  }

  get isOver(): boolean {
    return this.#place === 'over'
  }

  /** The payload of all chunks in these bytes, in one piece: it is moved together within them. */
  read(bytes: Buffer): Uint8Array {
    let from = -1
    let to = -1
    let at = 0
    while (at < bytes.length && this.#place !== 'over') {
      if (this.#place !== 'payload') {
        at = this.#readFrame(bytes, at)
        continue
      }
      const end = Math.min(bytes.length, at + this.#left)
      if (from === -1) {
        from = at
        to = end
      } else {
        bytes.copyWithin(to, at, end)
        to += end - at
      }
      this.#left -= end - at
      at = end
      if (this.#left === 0) this.#place = 'payload-return'
    }
    this.readTo = at
    return from === -1 ? NO_BYTES : bytes.subarray(from, to)
  }

  /** What stands between two payloads. Gives where the next one begins, or the end of the bytes. */
  #readFrame(bytes: Buffer, from: number): number {
    let at = from
    try {
      while (at < bytes.length && this.#place !== 'payload' && this.#place !== 'over')
        this.#step(bytes[at++] ?? 0)
      return at
    } catch (error) {
      this.failure = error instanceof Error ? error : badChunk()
      return bytes.length
    }
  }

  #step(byte: number): void {
    switch (this.#place) {
      case 'size':
        return this.#readSize(byte)
      case 'extension':
        return this.#skipExtension(byte)
      case 'size-line-feed':
        return this.#endSize(byte)
      case 'payload-return':
        return this.#expect(byte, CR, 'payload-line-feed')
      case 'payload-line-feed':
        return this.#expect(byte, LF, 'size')
      case 'trailer':
        return this.#readTrailer(byte)
      case 'trailer-line-feed':
        return this.#endTrailer(byte)
      case 'payload':
      case 'over':
        // Neither is read byte by byte.
        return
    }
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      this.#left = this.#left * 16 + digit
      if (++this.#digits > MOST_DIGITS) throw badChunk()
      return
    }
    if (this.#digits === 0) throw badChunk()
    this.#digits = 0
    this.#skipped = 0
    if (byte === CR) this.#place = 'size-line-feed'
    else if (byte === SEMICOLON) this.#place = 'extension'
    else throw badChunk()
  }

  #skipExtension(byte: number): void {
    if (byte === CR) {
      this.#place = 'size-line-feed'
      return
    }
    if (++this.#skipped > EXTENSION_BYTES || !mayStandInValue(byte)) throw badChunk()
  }

  #endSize(byte: number): void {
    this.#skipped = 0
    this.#expect(byte, LF, this.#left === 0 ? 'trailer' : 'payload')
  }

  #readTrailer(byte: number): void {
    if (byte === CR) {
      this.#place = 'trailer-line-feed'
      return
    }
    if (!mayStandInValue(byte)) throw transportError('HPE_INVALID', 'a stray byte in a trailer')
    if (++this.#skipped > this.#trailerBytes) throw transportError('UND_ERR_HEADERS_OVERFLOW')
    this.#trailer += String.fromCharCode(byte)
  }

  /** Trailers are read as strictly as headers, and dropped. */
  #endTrailer(byte: number): void {
    this.#expect(byte, LF, this.#trailer === '' ? 'over' : 'trailer')
    if (this.#trailer !== '' && !isHeaderLine(this.#trailer)) throw transportError('HPE_INVALID', 'a trailer')
    this.#trailer = ''
  }

  #expect(byte: number, wanted: number, next: Place): void {
    if (byte !== wanted) throw badChunk()
    this.#place = next
  }
}

function badChunk(): Error {
  return transportError('HPE_INVALID', 'a chunk')
}

/** -1 where it is none. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
