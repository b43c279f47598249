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
  readonly lines: Uint8Array<ArrayBuffer>
  readonly bodies: BlockBodies | undefined
  /** How many rows in front of `lines` the places in `bodies` count with. */
  readonly droppedRows: number
  readonly storedIds: readonly string[]
}

/** A copy of what is to be written, which may be transferred; secrets that became known since are taken out. */
export function createBlockMessage({ block, droppedRows }: WaitingBlock, shower: EntryShower): BlockMessage {
  const startedAts = block.startedAts.subarray(droppedRows)
  return {
    serial: block.serial,
    rows: block.rows - droppedRows,
    firstStarted: startedAts.reduce((least, each) => Math.min(least, each)),
    lastStarted: startedAts.reduce((most, each) => Math.max(most, each)),
    lines:
      block.redaction === shower.redaction
        ? copyLines(block, droppedRows)
        : redactLines(block, droppedRows, shower),
    bodies: block.bodies === undefined ? undefined : copyBodies(block.bodies),
    droppedRows,
    storedIds: block.storedIds,
  }
}

/** What of the message moves to the writer's thread instead of being copied once more. */
export function buffersOf({ lines, bodies }: BlockMessage): ArrayBuffer[] {
  return bodies === undefined ? [lines.buffer] : [lines.buffer, bodies.bytes.buffer, bodies.marks.buffer]
}

function copyLines(block: LogBlock, firstRow: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(block.bytes.subarray(startOfLine(block, firstRow)))
}

function redactLines(block: LogBlock, firstRow: number, shower: EntryShower): Uint8Array<ArrayBuffer> {
  const lines: string[] = []
  for (let row = firstRow; row < block.rows; row += 1)
    lines.push(shower.writeLine(shower.readLine(lineAt(block, row), block.redaction)))
  return new TextEncoder().encode(lines.join('\n'))
}

function copyBodies({ bytes, marks }: BlockBodies): BlockBodies {
  return { bytes: bytes.slice(), marks: marks.slice() }
}
