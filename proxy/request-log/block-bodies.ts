import type { Capture } from './capture.ts'
import { cutToSize, type SpareBuffers } from './spare-buffers.ts'

/** The bodies of a block's rows, one after the other: to send one buffer costs less than to send many. */
export type BlockBodies = {
  readonly bytes: Uint8Array
  /** `MARK_FIELDS` numbers for each row that has bodies: its place in the block, the bytes of both, what was cut. */
  readonly marks: Uint32Array
}

export type RawBodies = {
  readonly row: number
  readonly request: Uint8Array
  readonly response: Uint8Array
  readonly requestCut: boolean
  readonly responseCut: boolean
}

export type Captures = { readonly request: Capture; readonly response: Capture }

const MARK_FIELDS = 4
const REQUEST_CUT = 1
const RESPONSE_CUT = 2

/** Copies bodies as their rows end, so that nothing holds on to the chunks that they came in. */
export class BodyBuffer {
  readonly #spares: SpareBuffers
  readonly #marks: Uint32Array
  #bytes: Buffer<SharedArrayBuffer> | undefined
  #marked = 0
  #used = 0

  constructor(maxRows: number, spares: SpareBuffers) {
    this.#spares = spares
    this.#marks = new Uint32Array(maxRows * MARK_FIELDS)
  }

  get size(): number {
    return this.#used
  }

  add(row: number, { request, response }: Captures): void {
    const bytes = this.#makeRoom(request.size + response.size)
    this.#copy(request, bytes)
    this.#copy(response, bytes)
    const cuts = (request.isCut ? REQUEST_CUT : 0) | (response.isCut ? RESPONSE_CUT : 0)
    this.#marks[this.#marked++] = row
    this.#marks[this.#marked++] = request.size
    this.#marks[this.#marked++] = response.size
    this.#marks[this.#marked++] = cuts
  }

  /** What there is so far, not copied. */
  peek(): BlockBodies | undefined {
    if (this.#bytes === undefined) return undefined
    return { bytes: this.#bytes.subarray(0, this.#used), marks: this.#marks.subarray(0, this.#marked) }
  }

  take(): BlockBodies | undefined {
    const buffer = this.#bytes
    if (buffer === undefined) return undefined
    const bytes = cutToSize(buffer, this.#used)
    const taken = { bytes, marks: this.#marks.slice(0, this.#marked) }
    if (bytes.buffer === buffer.buffer) this.#bytes = undefined
    this.clear()
    return taken
  }

  clear(): void {
    this.#marked = 0
    this.#used = 0
    if (this.#bytes !== undefined) this.#spares.giveBack(this.#bytes.buffer)
    this.#bytes = undefined
  }

  #copy({ chunks }: Capture, bytes: Buffer): void {
    for (const chunk of chunks) {
      bytes.set(chunk, this.#used)
      this.#used += chunk.length
    }
  }

  #makeRoom(bytes: number): Buffer {
    const wanted = this.#used + bytes
    const present = this.#bytes
    if (present !== undefined && wanted <= present.length) return present
    const larger = this.#spares.take(wanted)
    if (present !== undefined) {
      larger.set(present.subarray(0, this.#used))
      this.#spares.giveBack(present.buffer)
    }
    this.#bytes = larger
    return larger
  }
}

export function countBodies({ marks }: BlockBodies): number {
  return marks.length / MARK_FIELDS
}

export function* bodiesIn({ bytes, marks }: BlockBodies): Generator<RawBodies> {
  let start = 0
  for (let mark = 0; mark < marks.length; mark += MARK_FIELDS) {
    const middle = start + (marks[mark + 1] ?? 0)
    const end = middle + (marks[mark + 2] ?? 0)
    const cuts = marks[mark + 3] ?? 0
    yield {
      row: marks[mark] ?? 0,
      request: bytes.subarray(start, middle),
      response: bytes.subarray(middle, end),
      requestCut: (cuts & REQUEST_CUT) !== 0,
      responseCut: (cuts & RESPONSE_CUT) !== 0,
    }
    start = end
  }
}
