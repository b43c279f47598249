import type { DatabaseSync } from 'node:sqlite'
import { quotedIdOf } from './entry-line.ts'
import { pack } from './pack.ts'
import { type RowBodies, writeBodies } from './stored-bodies.ts'

/** A line of bodies in the third schema. */
type OldBodies = [
  id: string,
  request: string | null,
  response: string | null,
  requestCut: boolean,
  responseCut: boolean,
]

/**
 * Moves the blocks of the third schema into the fourth. The third kept them as text, with the bodies of those rows that
 * had any, each line with its row's id in front.
 */
export function packBlocks(database: DatabaseSync): void {
  const addBlock = database.prepare(`
    INSERT INTO blocks (number, first_started, last_started, rows, bytes, entries, bodies)
    VALUES (:number, :first, :last, :rows, :bytes, :entries, :bodies)`)
  const old = database.prepare(`
    SELECT number, first_started AS first, last_started AS last, rows, entries, bodies FROM text_blocks
    ORDER BY number`)
  for (const { number = null, first = null, last = null, rows = null, ...texts } of old.iterate()) {
    const lines = String(texts.entries)
    const entries = pack(lines)
    const bodies = typeof texts.bodies === 'string' ? pack(writeBodies(inPlace(texts.bodies, lines))) : null
    const bytes = entries.length + (bodies?.length ?? 0)
    addBlock.run({ number, first, last, rows, bytes, entries, bodies })
  }
}

/** The bodies of each row, in the order of the rows. */
function inPlace(bodies: string, entries: string): (RowBodies | undefined)[] {
  const byId = new Map<string, RowBodies>()
  for (const line of bodies.split('\n')) {
    const [id, request, response, requestCut, responseCut]: OldBodies = JSON.parse(line)
    byId.set(JSON.stringify(id), {
      request: request === null ? null : Buffer.from(request),
      response: response === null ? null : Buffer.from(response),
      requestCut,
      responseCut,
    })
  }
  return entries.split('\n').map((line) => byId.get(quotedIdOf(line)))
}
