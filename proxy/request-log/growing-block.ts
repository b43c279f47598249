import { type BlockBodies, BodyBuffer, type Captures } from './block-bodies.ts'
import type { EntryLine } from './line-writer.ts'
import type { LogBlock } from './log-block.ts'
import { cutToSize, type SpareBuffers } from './spare-buffers.ts'

const MAX_BLOCK_ROWS = 500
const BLOCK_BYTES = 256 * 1024
const MAX_BODY_BYTES = 8 * 1024 * 1024

export type EndedRow = {
  readonly line: EntryLine
  readonly startedAt: number
  readonly sequence: number
  readonly redaction: number
  readonly bodies: Captures | undefined
  /** Where the database has the row as an open one. */
  readonly storedId: string | undefined
}

/** The block that rows are being added to. Its memory is used again by the next one. */
export class GrowingBlock implements LogBlock {
  bytes: Buffer<SharedArrayBuffer>
  readonly ends = new Uint32Array(MAX_BLOCK_ROWS)
  readonly startedAts = new Float64Array(MAX_BLOCK_ROWS)
  readonly sequences = new Float64Array(MAX_BLOCK_ROWS)
  serial = 1
  rows = 0
  redaction = 0
  storedIds: string[] = []
  readonly isStored = false
  readonly isForgotten = false
  readonly #spares: SpareBuffers
  readonly #bodies: BodyBuffer
  #used = 0

  constructor(spares: SpareBuffers) {
    this.#spares = spares
    this.bytes = spares.take(BLOCK_BYTES)
    this.#bodies = new BodyBuffer(MAX_BLOCK_ROWS, spares)
  }

  get bodies(): BlockBodies | undefined {
    return this.#bodies.peek()
  }

  hasRoomFor({ maxBytes }: EntryLine): boolean {
    if (this.rows === 0) return true
    if (this.rows === MAX_BLOCK_ROWS || this.#bodies.size >= MAX_BODY_BYTES) return false
    return this.#used + 1 + maxBytes <= this.bytes.length
  }

  add({ line, startedAt, sequence, redaction, bodies, storedId }: EndedRow): void {
    const { rows } = this
    if (rows === 0) this.#begin(line, redaction)
    else this.bytes[this.#used++] = 0x0a
    this.#used = line.writeTo(this.bytes, this.#used)
    this.ends[rows] = this.#used
    this.startedAts[rows] = startedAt
    this.sequences[rows] = sequence
    if (bodies !== undefined) this.#bodies.add(rows, bodies)
    if (storedId !== undefined) this.storedIds.push(storedId)
    this.rows = rows + 1
  }

  /** The rows so far as a block that never changes; this one begins anew. */
  take(): LogBlock | undefined {
    const { rows, serial, redaction, storedIds } = this
    if (rows === 0) return undefined
    const taken: LogBlock = {
      serial,
      bytes: cutToSize(this.bytes, this.#used),
      ends: this.ends.slice(0, rows),
      startedAts: this.startedAts.slice(0, rows),
      sequences: this.sequences.slice(0, rows),
      rows,
      redaction,
      storedIds,
      bodies: this.#bodies.take(),
      isStored: false,
      isForgotten: false,
    }
    if (taken.bytes.buffer === this.bytes.buffer) this.bytes = this.#spares.take(BLOCK_BYTES)
    this.clear()
    return taken
  }

  clear(): void {
    this.#bodies.clear()
    this.storedIds = []
    this.rows = 0
    this.#used = 0
    this.serial += 1
  }

  #begin({ maxBytes }: EntryLine, redaction: number): void {
    this.redaction = redaction
    if (this.bytes.length < maxBytes) this.bytes = this.#spares.take(maxBytes)
  }
}
