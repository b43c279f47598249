import { Buffer } from 'node:buffer'
import { ChunkReader } from './read-chunks.ts'
import { type ResponseHead, readHead } from './read-head.ts'
import { transportError } from './transport-error.ts'

/** Who takes what an answer's bytes say. `hasMore`: bytes came behind the end, which nobody asked for. */
export type ResponseTaker = {
  onHead(head: ResponseHead): void
  onBody(bytes: Uint8Array): void
  onEnd(hasMore: boolean): void
}

const NO_BYTES = Buffer.alloc(0)

/**
 * Reads the answers of one connection, however their bytes are cut. The bytes it is given become its own: it moves
 * chunks together within them. What breaks the rules of HTTP is thrown.
 */
export class ResponseReader {
  readonly #taker: ResponseTaker
  readonly #headerBytes: number
  #head: ResponseHead | undefined
  /** The beginning of a head. */
  #held: Buffer = NO_BYTES
  /** What heads without an answer took of `headerBytes`. */
  #skippedBytes = 0
  #hasBegun = false
  #left = 0
  #chunks: ChunkReader | undefined

  constructor(taker: ResponseTaker, headerBytes: number) {
    this.#taker = taker
    this.#headerBytes = headerBytes
  }

  /** A byte of the answer has come. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Before each answer. */
  begin(): void {
    this.#head = undefined
    this.#held = NO_BYTES
    this.#skippedBytes = 0
    this.#hasBegun = false
    this.#chunks = undefined
  }

  push(bytes: Buffer): void {
    this.#hasBegun = true
    const body = this.#head === undefined ? this.#readHeads(bytes) : bytes
    if (body === undefined || this.#head === undefined) return
    if (this.#chunks !== undefined) this.#takeChunks(this.#chunks, body)
    else if (this.#head.framing === 'until-close') this.#takeAll(body)
    else this.#takeLength(body)
  }

  /** The connection has ended. */
  finish(): void {
    if (this.#head?.framing !== 'until-close') throw transportError('UND_ERR_SOCKET')
    this.#taker.onEnd(false)
  }

  /** Gives what comes behind the head; undefined where the head is not whole. */
  #readHeads(bytes: Buffer): Buffer | undefined {
    let rest = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    for (;;) {
      const head = readHead(rest)
      const size = head?.length ?? rest.length
      if (this.#skippedBytes + size > this.#headerBytes) throw transportError('UND_ERR_HEADERS_OVERFLOW')
      if (head === undefined) {
        this.#held = rest
        return undefined
      }
      rest = rest.subarray(size)
      if (head.status >= 200) {
        this.#start(head)
        return rest
      }
      // We never ask for another protocol.
      if (head.status === 101) throw transportError('HPE_INVALID', '101 without an upgrade')
      this.#skippedBytes += size
    }
  }

  #start(head: ResponseHead): void {
    this.#head = head
    this.#held = NO_BYTES
    if (head.framing === 'chunked') this.#chunks = new ChunkReader(this.#headerBytes)
    else if (head.framing !== 'until-close') this.#left = head.framing
    this.#taker.onHead(head)
  }

  #takeAll(bytes: Buffer): void {
    if (bytes.length > 0) this.#taker.onBody(bytes)
  }

  #takeLength(bytes: Buffer): void {
    const left = this.#left
    if (bytes.length < left) {
      this.#left -= bytes.length
      return this.#takeAll(bytes)
    }
    const hasMore = bytes.length > left
    this.#takeAll(hasMore ? bytes.subarray(0, left) : bytes)
    this.#taker.onEnd(hasMore)
  }

  #takeChunks(chunks: ChunkReader, bytes: Buffer): void {
    const payload = chunks.read(bytes)
    if (payload.length > 0) this.#taker.onBody(payload)
    if (chunks.failure !== undefined) throw chunks.failure
    if (chunks.isOver) this.#taker.onEnd(chunks.readTo < bytes.length)
  }
}
