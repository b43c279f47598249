import type { DatabaseSync } from 'node:sqlite'
import { readEntryLine } from './entry-line.ts'
import { pack, unpack, unpackLines } from './pack.ts'
import { readBodies, writeBodies } from './stored-bodies.ts'

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
  const rows = unpackLines(found.entries).map((line, place) => {
    const { startedAt } = readEntryLine(line)
    return { line, place, startedAt }
  })
  const kept = rows.filter(keeps)
  if (kept.length === 0) {
    database.prepare('DELETE FROM blocks WHERE number = :number').run({ number })
    return { rows: rows.length, bytes: Number(found.bytes) }
  }
  const entries = pack(kept.map(({ line }) => line).join('\n'))
  const bodies = keepBodies(found.bodies, kept)
  const bytes = entries.length + (bodies?.length ?? 0)
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

function keepBodies(bodies: unknown, kept: readonly TrimmedRow[]): Uint8Array | null {
  if (bodies === null) return null
  const rows = readBodies(unpack(bodies))
  const left = kept.map(({ place }) => rows[place])
  return left.every((row) => row === undefined) ? null : pack(writeBodies(left))
}
