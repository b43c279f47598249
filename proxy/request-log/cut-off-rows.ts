import type { DatabaseSync } from 'node:sqlite'
import type { LogEntry } from '../../contract/log-entry.ts'
import { readEntryLine, writeEntryLine } from './entry-line.ts'
import { pack } from './pack.ts'

const CUT_OFF = 'Portside ended while this request was under way; how it ended is unknown'

/** Ends the rows that an earlier process left open: together they become a block. */
export function endCutOffRows(database: DatabaseSync, startedBefore: number): void {
  const ended = database
    .prepare('SELECT entry FROM open_rows WHERE started_at < :startedBefore ORDER BY started_at')
    .all({ startedBefore })
    .map(({ entry }) => endEntry(readEntryLine(String(entry))))
  const [first] = ended
  const last = ended.at(-1)
  if (first === undefined || last === undefined) return
  const entries = pack(ended.map(writeEntryLine).join('\n'))
  database
    .prepare(`
      INSERT INTO blocks (first_started, last_started, rows, bytes, entries)
      VALUES (:firstStarted, :lastStarted, :rows, :bytes, :entries)`)
    .run({
      firstStarted: first.startedAt,
      lastStarted: last.startedAt,
      rows: ended.length,
      bytes: entries.length,
      entries,
    })
  database.prepare('DELETE FROM open_rows WHERE started_at < :startedBefore').run({ startedBefore })
}

function endEntry(entry: LogEntry): LogEntry {
  return { ...entry, state: 'failed', errorKind: 'outcome-unknown', errorMessage: CUT_OFF }
}
