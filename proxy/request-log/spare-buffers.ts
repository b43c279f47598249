const MAX_SPARES = 16

/**
 * Buffers that blocks are done with, for the next ones: memory outside the heap that comes and goes makes V8 collect the
 * whole heap. They are shared with the writer's thread, so nothing is copied on the way there.
 */
export class SpareBuffers {
  readonly #spares: SharedArrayBuffer[] = []

  /** One with room for that many bytes. */
  take(bytes: number): Buffer<SharedArrayBuffer> {
    const place = this.#spares.findIndex(({ byteLength }) => byteLength >= bytes)
    const [spare] = place < 0 ? [] : this.#spares.splice(place, 1)
    return Buffer.from(spare ?? new SharedArrayBuffer(bytes))
  }

  /** Nobody may look at it any more. */
  giveBack(buffer: ArrayBufferLike): void {
    if (buffer instanceof SharedArrayBuffer && this.#spares.length < MAX_SPARES) this.#spares.push(buffer)
  }
}

/** The used part: the buffer itself where that is most of it, else a copy, so that little is held for few bytes. */
export function cutToSize(buffer: Buffer<SharedArrayBuffer>, used: number): Buffer {
  return used * 2 >= buffer.length
    ? buffer.subarray(0, used)
    : Buffer.from(new Uint8Array(buffer.subarray(0, used)).buffer)
}
