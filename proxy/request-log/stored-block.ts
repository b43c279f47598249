import { bodiesIn } from './block-bodies.ts'
import type { BlockMessage } from './block-message.ts'
import { NO_BODIES_LINE, writeBodyLine } from './body-line.ts'
import { packLines } from './packed-lines.ts'
import type { Redactor } from './redact.ts'
import { redactBodies } from './redact-body.ts'

/** A block as the database has it: one row there, however many rows of the log it holds. */
export type StoredBlock = {
  readonly serial: number
  readonly rows: number
  readonly firstStarted: number
  readonly lastStarted: number
  /** What it takes on disk, bodies included. */
  readonly bytes: number
  /** As `packLines` makes them. */
  readonly entries: Uint8Array
  /** The same, with a line for each row; null where no row has any. */
  readonly bodies: Uint8Array | null
  /** Rows in it that were stored as open ones before. */
  readonly storedIds: readonly string[]
}

/** Bodies are redacted here, in the writer's thread. */
export function storeBlock(message: BlockMessage, redactor: Redactor): StoredBlock {
  const { serial, rows, firstStarted, lastStarted, lines, storedIds } = message
  const entries = packLines(lines)
  const bodies = packBodies(message, redactor)
  const bytes = entries.length + (bodies?.length ?? 0)
  return { serial, rows, firstStarted, lastStarted, bytes, entries, bodies, storedIds }
}

function packBodies({ rows, bodies, droppedRows }: BlockMessage, redactor: Redactor): Uint8Array | null {
  if (bodies === undefined) return null
  const lines = new Array<string>(rows).fill(NO_BODIES_LINE)
  for (const each of bodiesIn(bodies))
    if (each.row >= droppedRows) lines[each.row - droppedRows] = writeBodyLine(redactBodies(each, redactor))
  return packLines(lines.join('\n'))
}
