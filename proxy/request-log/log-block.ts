import type { BlockBodies } from './block-bodies.ts'
import { beginningOfLine } from './entry-line.ts'

/**
 * Rows that ended one after the other, as lines of JSON. They never change, and are bytes rather than objects: what V8's
 * heap does not hold costs none of its collections.
 */
export type LogBlock = {
  /** Rises by one from block to block of a process. */
  readonly serial: number
  /** The lines, joined by line feeds. */
  readonly bytes: Buffer
  /** Where each line ends. */
  readonly ends: Uint32Array
  readonly startedAts: Float64Array
  readonly sequences: Float64Array
  readonly rows: number
  /** Which secrets had been taken out when its first row ended. */
  readonly redaction: number
  /** Ids of rows in it that the database has as open ones. */
  readonly storedIds: string[]
  /** Until they are on disk. */
  bodies: BlockBodies | undefined
  isStored: boolean
  /** There are enough newer rows in memory. */
  isForgotten: boolean
}

export function startOfLine({ ends }: Pick<LogBlock, 'ends'>, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] ?? 0) + 1
}

export function lineAt(block: LogBlock, row: number): string {
  return block.bytes.toString('utf8', startOfLine(block, row), block.ends[row])
}

/** The newest row with this id, from `firstRow` on. */
export function findRow(block: LogBlock, id: string, firstRow = 0): number | undefined {
  if (block.rows === 0) return undefined
  const start = startOfLine(block, firstRow)
  const found = block.bytes.subarray(start, block.ends[block.rows - 1]).lastIndexOf(beginningOfLine(id))
  if (found < 0) return undefined
  return block.ends.subarray(0, block.rows).findIndex((end) => end > start + found)
}
