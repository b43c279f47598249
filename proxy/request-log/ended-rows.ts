import { type EndedRow, GrowingBlock } from './growing-block.ts'
import { findRow, type LogBlock } from './log-block.ts'
import { SpareBuffers } from './spare-buffers.ts'

export const KEPT_ROWS = 2_000

/** A row that has ended, by its place. */
export type RowPlace = { readonly block: LogBlock; readonly row: number }

/** The newest rows that have ended: those that may still be seen without the database. */
export class EndedRows {
  readonly #spares = new SpareBuffers()
  readonly #growing = new GrowingBlock(this.#spares)
  readonly #onBlock: (block: LogBlock) => void
  /** Oldest first. */
  #blocks: LogBlock[] = []
  /** How many rows there are in them. */
  #blockRows = 0

  /** `onBlock` is told of each block that will not change any more. */
  constructor(onBlock: (block: LogBlock) => void) {
    this.#onBlock = onBlock
  }

  get size(): number {
    return Math.min(KEPT_ROWS, this.#blockRows + this.#growing.rows)
  }

  /** How many rows are in no finished block yet. */
  get growing(): number {
    return this.#growing.rows
  }

  add(row: EndedRow): void {
    if (!this.#growing.hasRoomFor(row.line)) this.finishBlock()
    this.#growing.add(row)
  }

  finishBlock(): void {
    const block = this.#growing.take()
    if (block === undefined) return
    this.#blocks.push(block)
    this.#blockRows += block.rows
    this.#forgetOld()
    this.#onBlock(block)
  }

  /** The block is on disk, with its bodies. */
  noteStored(block: LogBlock): void {
    if (block.bodies !== undefined) this.#spares.giveBack(block.bodies.bytes.buffer)
    block.bodies = undefined
    block.isStored = true
    this.#reuse(block)
  }

  clear(): void {
    this.#growing.clear()
    this.#blocks = []
    this.#blockRows = 0
  }

  find(id: string): RowPlace | undefined {
    for (const { block, firstRow } of this.#newestFirst()) {
      const row = findRow(block, id, firstRow)
      if (row !== undefined) return { block, row }
    }
    return undefined
  }

  /** In the order in which they ended, the newest first. */
  *places(): Generator<RowPlace> {
    for (const { block, firstRow } of this.#newestFirst())
      for (let row = block.rows - 1; row >= firstRow; row -= 1) yield { block, row }
  }

  *#newestFirst(): Generator<{ readonly block: LogBlock; readonly firstRow: number }> {
    let left = KEPT_ROWS
    for (const block of [this.#growing, ...this.#blocks.toReversed()]) {
      if (left === 0) return
      const rows = Math.min(left, block.rows)
      yield { block, firstRow: block.rows - rows }
      left -= rows
    }
  }

  #forgetOld(): void {
    for (;;) {
      const [oldest] = this.#blocks
      if (oldest === undefined || this.#blockRows - oldest.rows < KEPT_ROWS) return
      this.#blocks.shift()
      this.#blockRows -= oldest.rows
      oldest.isForgotten = true
      this.#reuse(oldest)
    }
  }

  #reuse({ bytes, isStored, isForgotten }: LogBlock): void {
    if (isStored && isForgotten) this.#spares.giveBack(bytes.buffer)
  }
}
