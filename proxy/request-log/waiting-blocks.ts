import { countBodies } from './block-bodies.ts'
import type { LogBlock } from './log-block.ts'

const MAX_ROWS = 5_000
const MAX_BODY_BYTES = 64 * 1024 * 1024
/** What goes in one write: it has to be done before the next one is due. */
const WRITE_ROWS = 2_000
const WRITE_BODY_BYTES = 8 * 1024 * 1024

/** A finished block and the rows in front that were dropped before they could be written. */
export type WaitingBlock = { readonly block: LogBlock; droppedRows: number }

/** Finished blocks that wait to be written, bounded: the oldest rows are dropped first. */
export class WaitingBlocks {
  #blocks: WaitingBlock[] = []
  #rows = 0
  #bodyBytes = 0
  #dropped = 0

  get rows(): number {
    return this.#rows
  }

  /** Rows or bodies that will never be written. */
  get dropped(): number {
    return this.#dropped
  }

  add(block: LogBlock): void {
    this.#put([...this.#blocks, { block, droppedRows: 0 }])
  }

  /** Takes out as many of the oldest as one write may have; what cannot be written is put back. */
  take(): WaitingBlock[] {
    let rows = 0
    let bodyBytes = 0
    let count = 0
    for (const { block } of this.#blocks) {
      rows += block.rows
      bodyBytes += bodyBytesOf(block)
      if (count > 0 && (rows > WRITE_ROWS || bodyBytes > WRITE_BODY_BYTES)) break
      count += 1
    }
    const taken = this.#blocks.slice(0, count)
    this.#put(this.#blocks.slice(count))
    return taken
  }

  putBack(blocks: readonly WaitingBlock[]): void {
    this.#put([...blocks, ...this.#blocks])
  }

  clear(): void {
    for (const { block } of this.#blocks) block.bodies = undefined
    this.#put([])
  }

  #put(blocks: WaitingBlock[]): void {
    this.#blocks = blocks
    this.#rows = blocks.reduce((sum, { block, droppedRows }) => sum + block.rows - droppedRows, 0)
    this.#bodyBytes = blocks.reduce((sum, { block }) => sum + bodyBytesOf(block), 0)
    while (this.#rows > MAX_ROWS) this.#dropRows(this.#rows - MAX_ROWS)
    for (const { block } of blocks) {
      if (this.#bodyBytes <= MAX_BODY_BYTES) return
      this.#dropBodies(block)
    }
  }

  #dropRows(most: number): void {
    const [oldest, next] = this.#blocks
    if (oldest === undefined) return
    const count = Math.min(most, oldest.block.rows - oldest.droppedRows)
    oldest.droppedRows += count
    this.#rows -= count
    this.#dropped += count
    if (oldest.droppedRows < oldest.block.rows) return
    this.#bodyBytes -= bodyBytesOf(oldest.block)
    oldest.block.bodies = undefined
    // That these rows are no longer open is still to be told.
    next?.block.storedIds.push(...oldest.block.storedIds)
    this.#blocks.shift()
  }

  #dropBodies(block: LogBlock): void {
    if (block.bodies === undefined) return
    this.#bodyBytes -= bodyBytesOf(block)
    this.#dropped += countBodies(block.bodies)
    block.bodies = undefined
  }
}

function bodyBytesOf({ bodies }: LogBlock): number {
  return bodies?.bytes.length ?? 0
}
