import { bodiesIn } from './block-bodies.ts'
import type { BlockMessage } from './block-message.ts'
import { pack } from './pack.ts'
import type { Redactor } from './redact.ts'
import { redactBytes } from './redact-body.ts'
import { type RowBodies, writeBodies } from './stored-bodies.ts'

/** A block as the database has it: one row there, however many rows of the log it holds. */
export type StoredBlock = {
  readonly serial: number
  readonly rows: number
  readonly firstStarted: number
  readonly lastStarted: number
  /** What it takes on disk, bodies included. */
  readonly bytes: number
  /** Its lines, packed. */
  readonly entries: Uint8Array
  /** What `writeBodies` makes of them, packed; null where no row has any. */
  readonly bodies: Uint8Array | null
  /** Rows in it that were stored as open ones before. */
  readonly storedIds: readonly string[]
}

/** Bodies are redacted here, in the writer's thread. */
export function storeBlock(message: BlockMessage, redactor: Redactor): StoredBlock {
  const { serial, rows, firstStarted, lastStarted, lines, storedIds } = message
  const entries = pack(lines)
  const bodies = packBodies(message, redactor)
  const bytes = entries.length + (bodies?.length ?? 0)
  return { serial, rows, firstStarted, lastStarted, bytes, entries, bodies, storedIds }
}

function packBodies({ rows, bodies, droppedRows }: BlockMessage, redactor: Redactor): Uint8Array | null {
  if (bodies === undefined) return null
  const stored = new Array<RowBodies | undefined>(rows).fill(undefined)
  for (const { row, request, response, requestCut, responseCut } of bodiesIn(bodies)) {
    if (row < droppedRows) continue
    stored[row - droppedRows] = {
      request: redactBytes(request, requestCut, redactor),
      response: redactBytes(response, responseCut, redactor),
      requestCut,
      responseCut,
    }
  }
  return pack(writeBodies(stored))
}
