import type { DatabaseSync } from 'node:sqlite'
import { NO_BODIES_LINE } from './body-line.ts'
import { quotedIdOf } from './entry-line.ts'
import { packLines } from './packed-lines.ts'

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
    const entries = packLines(lines)
    const bodies = typeof texts.bodies === 'string' ? packLines(inPlace(texts.bodies, lines)) : null
    const bytes = entries.length + (bodies?.length ?? 0)
    addBlock.run({ number, first, last, rows, bytes, entries, bodies })
  }
}

/** The lines of bodies in the order of their rows, without the ids in front. */
function inPlace(bodies: string, entries: string): string {
  const byId = new Map<string, string>()
  for (const line of bodies.split('\n')) {
    // The first quote after the one that begins the id, and is not escaped, ends it.
    const quotedId = /"(?:[^"\\]|\\.)*"/.exec(line)?.[0] ?? ''
    byId.set(quotedId, `[${line.slice(`[${quotedId},`.length)}`)
  }
  const lines = entries.split('\n').map((line) => byId.get(quotedIdOf(line)) ?? NO_BODIES_LINE)
  return lines.join('\n')
}
