import type { BlockBodies } from './block-bodies.ts'
import type { EntryShower } from './entry-shower.ts'
import { type LogBlock, lineAt, startOfLine } from './log-block.ts'
import type { WaitingBlock } from './waiting-blocks.ts'

/** A block on its way to the writer. */
export type BlockMessage = {
  readonly serial: number
  readonly rows: number
  readonly firstStarted: number
  readonly lastStarted: number
  readonly lines: Uint8Array
  readonly bodies: BlockBodies | undefined
  /** How many rows in front of `lines` the places in `bodies` count with. */
  readonly droppedRows: number
  readonly storedIds: readonly string[]
}

/** Secrets that became known since its rows ended are taken out. Until it is stored, its memory may not be used again. */
export function createBlockMessage({ block, droppedRows }: WaitingBlock, shower: EntryShower): BlockMessage {
  const startedAts = block.startedAts.subarray(droppedRows)
  return {
    serial: block.serial,
    rows: block.rows - droppedRows,
    firstStarted: startedAts.reduce((least, each) => Math.min(least, each)),
    lastStarted: startedAts.reduce((most, each) => Math.max(most, each)),
    lines:
      block.redaction === shower.redaction
        ? linesFrom(block, droppedRows)
        : redactLines(block, droppedRows, shower),
    bodies: block.bodies,
    droppedRows,
    storedIds: block.storedIds,
  }
}

/** A view of part of a buffer that is not shared would be sent with the whole of it. */
function linesFrom(block: LogBlock, firstRow: number): Uint8Array {
  const lines = block.bytes.subarray(startOfLine(block, firstRow))
  return lines.buffer instanceof SharedArrayBuffer ? lines : new Uint8Array(lines)
}

function redactLines(block: LogBlock, firstRow: number, shower: EntryShower): Uint8Array {
  const lines: string[] = []
  for (let row = firstRow; row < block.rows; row += 1)
    lines.push(shower.writeLine(shower.readLine(lineAt(block, row), block.redaction)))
  return new TextEncoder().encode(lines.join('\n'))
}
