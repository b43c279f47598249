import { Buffer } from 'node:buffer'
import type { OnReadOpts } from 'node:net'

/** Takes what came of a read; the bytes are the taker's own. */
export type BytesTaker = (bytes: Buffer) => void

const READ_BYTES = 65_536
/** Up to here a copy is cheaper than memory of its own for each read. */
const COPIED_BYTES = 32_768

/** Where connections read to: what came is copied out before anything else is read. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

/**
 * Where one connection reads to, for `net.connect`, which then has no event `data`. By itself Node takes 64 KiB for each
 * read, gives most of it back, and passes what came through a stream: for a small answer that is a twentieth of all that
 * Portside does. Where much comes at a time, each read gets memory that goes on without a copy.
 */
export class ReadMemory implements OnReadOpts {
  readonly buffer = () => this.#next()
  readonly callback = (length: number) => this.#took(length)
  readonly #take: BytesTaker
  #current = shared
  #isLarge = false

  constructor(take: BytesTaker) {
    this.#take = take
  }

  #next(): Buffer {
    this.#current = this.#isLarge ? Buffer.allocUnsafeSlow(READ_BYTES) : shared
    return this.#current
  }

  #took(length: number): true {
    const isShared = this.#current === shared
    this.#isLarge = length > COPIED_BYTES
    this.#take(this.#isLarge && !isShared ? this.#current.subarray(0, length) : this.#copyOf(length))
    return true
  }

  #copyOf(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    this.#current.copy(bytes, 0, 0, length)
    return bytes
  }
}
