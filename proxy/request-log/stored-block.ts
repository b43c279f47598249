import { asBuffer } from '../as-buffer.ts'
import { bodiesIn } from './block-bodies.ts'
import type { BlockMessage } from './block-message.ts'
import { writeBodyLine } from './body-line.ts'
import { quotedIdOf } from './entry-line.ts'
import type { Redactor } from './redact.ts'
import { redactBodies } from './redact-body.ts'

/** A block as the database has it: one row there, however many rows of the log it holds. */
export type StoredBlock = {
  readonly serial: number
  readonly rows: number
  readonly firstStarted: number
  readonly lastStarted: number
  /** What it counts as, bodies included. */
  readonly bytes: number
  /** UTF-8, which SQLite takes for text as it is. */
  readonly lines: Uint8Array
  readonly bodies: string | null
  /** Rows in it that were stored as open ones before. */
  readonly storedIds: readonly string[]
}

/** Bodies are redacted here, in the writer's thread. */
export function storeBlock(message: BlockMessage, redactor: Redactor): StoredBlock {
  const { serial, rows, firstStarted, lastStarted, lines, storedIds } = message
  const bodies = writeBodies(message, redactor)
  const bytes = lines.length + (bodies?.length ?? 0)
  return { serial, rows, firstStarted, lastStarted, bytes, lines, bodies, storedIds }
}

function writeBodies({ lines, bodies, droppedRows }: BlockMessage, redactor: Redactor): string | null {
  if (bodies === undefined) return null
  const entries = asBuffer(lines).toString('utf8').split('\n')
  const written: string[] = []
  for (const each of bodiesIn(bodies)) {
    const entry = entries[each.row - droppedRows]
    if (entry !== undefined) written.push(writeBodyLine(quotedIdOf(entry), redactBodies(each, redactor)))
  }
  return written.length === 0 ? null : written.join('\n')
}
