const SMALLEST_BYTES = 256 * 1024
/** Larger ones are rare, and not kept. */
const LARGEST_BYTES = 1024 * 1024
const SPARES_PER_SIZE = 8

/**
 * Buffers that blocks are done with, for the next ones: memory outside the heap that comes and goes makes V8 collect the
 * whole heap. They are shared with the writer's thread, so nothing is copied on the way there.
 */
export class SpareBuffers {
  readonly #spares = new Map<number, SharedArrayBuffer[]>()

  /** One with room for that many bytes, at least. */
  take(bytes: number): Buffer<SharedArrayBuffer> {
    let size = SMALLEST_BYTES
    while (size < bytes) size *= 2
    return Buffer.from(this.#spares.get(size)?.pop() ?? new SharedArrayBuffer(size))
  }

  /** Nobody may look at it any more. */
  giveBack(buffer: ArrayBufferLike): void {
    if (!(buffer instanceof SharedArrayBuffer) || buffer.byteLength > LARGEST_BYTES) return
    const spares = this.#spares.get(buffer.byteLength) ?? []
    if (spares.length < SPARES_PER_SIZE) spares.push(buffer)
    this.#spares.set(buffer.byteLength, spares)
  }
}

/** The used part: the buffer itself where that is most of it, else a copy, so that little is held for few bytes. */
export function cutToSize(buffer: Buffer<SharedArrayBuffer>, used: number): Buffer {
  return used * 2 >= buffer.length
    ? buffer.subarray(0, used)
    : Buffer.from(new Uint8Array(buffer.subarray(0, used)).buffer)
}
