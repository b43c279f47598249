import type { Capture } from './log-row.ts'

/** The bodies of a block's rows, one after the other: to send one buffer costs less than to send many. */
export type BlockBodies = {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `MARK_FIELDS` numbers for each row that has bodies: its place in the block, the bytes of both, what was cut. */
  readonly marks: Uint32Array<ArrayBuffer>
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
const FIRST_BYTES = 64 * 1024
const KEPT_BYTES = 1024 * 1024

/** Copies bodies as their rows end, so that nothing holds on to the chunks that they came in. */
export class BodyBuffer {
  #bytes = new Uint8Array(0)
  readonly #marks: Uint32Array<ArrayBuffer>
  #marked = 0
  #used = 0

  constructor(maxRows: number) {
    this.#marks = new Uint32Array(maxRows * MARK_FIELDS)
  }

  get size(): number {
    return this.#used
  }

  add(row: number, { request, response }: Captures): void {
    this.#makeRoom(request.size + response.size)
    this.#copy(request)
    this.#copy(response)
    const cuts = (request.isCut ? REQUEST_CUT : 0) | (response.isCut ? RESPONSE_CUT : 0)
    this.#marks[this.#marked++] = row
    this.#marks[this.#marked++] = request.size
    this.#marks[this.#marked++] = response.size
    this.#marks[this.#marked++] = cuts
  }

  /** What there is so far, not copied. */
  peek(): BlockBodies | undefined {
    if (this.#marked === 0) return undefined
    return { bytes: this.#bytes.subarray(0, this.#used), marks: this.#marks.subarray(0, this.#marked) }
  }

  take(): BlockBodies | undefined {
    if (this.#marked === 0) return undefined
    const taken = { bytes: this.#bytes.slice(0, this.#used), marks: this.#marks.slice(0, this.#marked) }
    this.clear()
    return taken
  }

  clear(): void {
    this.#marked = 0
    this.#used = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(0)
  }

  #copy({ chunks }: Capture): void {
    for (const chunk of chunks) {
      this.#bytes.set(chunk, this.#used)
      this.#used += chunk.length
    }
  }

  #makeRoom(bytes: number): void {
    const wanted = this.#used + bytes
    if (wanted <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2, FIRST_BYTES))
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = larger
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
