import type { DatabaseSync } from 'node:sqlite'
import { bodiesAreOf } from './body-line.ts'
import { quotedIdOf, readEntryLine } from './entry-line.ts'

export type Trimmed = { readonly rows: number; readonly bytes: number }

/** Where a row stands among those of its block, and when it started. */
export type TrimmedRow = { readonly place: number; readonly startedAt: number }

/** Writes a block anew with some of its rows only, and says how much went. */
export function trimBlock(
  database: DatabaseSync,
  number: number,
  keeps: (row: TrimmedRow) => boolean,
): Trimmed {
  const found = database
    .prepare('SELECT bytes, entries, bodies FROM blocks WHERE number = :number')
    .get({ number })
  if (found === undefined) return { rows: 0, bytes: 0 }
  const rows = String(found.entries)
    .split('\n')
    .map((line, place) => ({ line, place, startedAt: readEntryLine(line).startedAt }))
  const kept = rows.filter(keeps)
  if (kept.length === 0) {
    database.prepare('DELETE FROM blocks WHERE number = :number').run({ number })
    return { rows: rows.length, bytes: Number(found.bytes) }
  }
  const entries = kept.map(({ line }) => line).join('\n')
  const bodies = keepBodies(found.bodies, new Set(kept.map(({ line }) => quotedIdOf(line))))
  const bytes = Buffer.byteLength(entries) + (bodies?.length ?? 0)
  const starts = kept.map(({ startedAt }) => startedAt)
  database
    .prepare(`
      UPDATE blocks SET first_started = :firstStarted, last_started = :lastStarted, rows = :rows, bytes = :bytes,
        entries = :entries, bodies = :bodies WHERE number = :number`)
    .run({
      number,
      firstStarted: Math.min(...starts),
      lastStarted: Math.max(...starts),
      rows: kept.length,
      bytes,
      entries,
      bodies,
    })
  return { rows: rows.length - kept.length, bytes: Number(found.bytes) - bytes }
}

function keepBodies(bodies: unknown, quotedIds: ReadonlySet<string>): string | null {
  if (typeof bodies !== 'string') return null
  const kept = bodies.split('\n').filter((line) => bodiesAreOf(line, quotedIds))
  return kept.length === 0 ? null : kept.join('\n')
}
