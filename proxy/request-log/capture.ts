/** Pieces of up to so many bytes are put together: each by itself would be three objects that live as long as the row. */
const SMALL_BYTES = 4096
const FIRST_SLAB_BYTES = 4096
const LARGEST_SLAB_BYTES = 65_536

/** Holds on to the first bytes of a body up to a bound: to large pieces by reference, to small ones by a copy. */
export class Capture {
  readonly chunks: Uint8Array[] = []
  isCut = false
  size = 0
  readonly #maxBytes: number
  /** Where small pieces go; what is used of it is the last chunk. */
  #slab: Uint8Array | undefined
  #used = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  add(bytes: Uint8Array): void {
    const room = this.#maxBytes - this.size
    if (bytes.length > room) this.isCut = true
    if (room === 0 || bytes.length === 0) return
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes
    this.size += kept.length
    // Most bodies are one piece.
    if (kept.length > SMALL_BYTES || this.chunks.length === 0) this.#keep(kept)
    else this.#copy(kept)
  }

  #keep(bytes: Uint8Array): void {
    this.#slab = undefined
    this.chunks.push(bytes)
  }

  #copy(bytes: Uint8Array): void {
    let slab = this.#slab
    if (slab === undefined || slab.length - this.#used < bytes.length) {
      const wanted = slab === undefined ? FIRST_SLAB_BYTES : slab.length * 4
      const left = this.#maxBytes - this.size + bytes.length
      slab = Buffer.allocUnsafeSlow(Math.max(bytes.length, Math.min(wanted, left, LARGEST_SLAB_BYTES)))
      this.#slab = slab
      this.#used = 0
      this.chunks.push(slab)
    }
    slab.set(bytes, this.#used)
    this.#used += bytes.length
    this.chunks[this.chunks.length - 1] = slab.subarray(0, this.#used)
  }
}
