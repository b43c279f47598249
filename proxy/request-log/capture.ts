/** Pieces of up to so many bytes are put together: each by itself would be three objects that live as long as the row. */
const SMALL_BYTES = 4096
const FIRST_SLAB_BYTES = 4096
const LARGEST_SLAB_BYTES = 65_536

/** Holds on to the first bytes of a body up to a bound: to large pieces by reference, to small ones by a copy. */
export class Capture {
  isCut = false
  size = 0
  readonly #maxBytes: number
  #kept: Uint8Array[] | undefined
  /** Where small pieces go; what is used of it comes behind what is kept. */
  #slab: Uint8Array | undefined
  #used = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** What is held, in order. */
  get chunks(): readonly Uint8Array[] {
    const kept = this.#kept ?? []
    return this.#slab === undefined ? kept : [...kept, this.#slab.subarray(0, this.#used)]
  }

  add(bytes: Uint8Array): void {
    const room = this.#maxBytes - this.size
    if (bytes.length > room) this.isCut = true
    if (room === 0 || bytes.length === 0) return
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes
    this.size += kept.length
    // Most bodies are one piece.
    if (kept.length > SMALL_BYTES || this.#kept === undefined) this.#keep(kept)
    else this.#copy(kept)
  }

  #keep(bytes: Uint8Array): void {
    this.#closeSlab()
    // Pushed into an empty array, one piece would have room for seventeen.
    if (this.#kept === undefined) this.#kept = [bytes]
    else this.#kept.push(bytes)
  }

  #copy(bytes: Uint8Array): void {
    const slab = this.#slabFor(bytes.length)
    slab.set(bytes, this.#used)
    this.#used += bytes.length
  }

  #slabFor(length: number): Uint8Array {
    const before = this.#slab
    if (before !== undefined && before.length - this.#used >= length) return before
    this.#closeSlab()
    const wanted = before === undefined ? FIRST_SLAB_BYTES : before.length * 4
    const left = this.#maxBytes - this.size + length
    const slab = Buffer.allocUnsafeSlow(Math.max(length, Math.min(wanted, left, LARGEST_SLAB_BYTES)))
    this.#slab = slab
    return slab
  }

  #closeSlab(): void {
    if (this.#slab !== undefined) this.#kept?.push(this.#slab.subarray(0, this.#used))
    this.#slab = undefined
    this.#used = 0
  }
}
