import { DatabaseSync } from 'node:sqlite'
import type { LogEntry } from '../../contract/log-entry.ts'
import { readEntryLine } from './entry-line.ts'

/** What the file has, as another process finds it: each block's rows in the order in which they ended. */
export type StoredLog = { readonly blocks: readonly LogEntry[][]; readonly open: readonly LogEntry[] }

export function readStoredLog(path: string): StoredLog {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return {
      blocks: database
        .prepare('SELECT entries FROM blocks ORDER BY number')
        .all()
        .map(({ entries }) => String(entries).split('\n').map(readEntryLine)),
      open: database
        .prepare('SELECT entry FROM open_rows ORDER BY started_at')
        .all()
        .map(({ entry }) => readEntryLine(String(entry))),
    }
  } finally {
    database.close()
  }
}

/** Of all rows, in the order of their starts. */
export function idsIn(path: string): string[] {
  const { blocks, open } = readStoredLog(path)
  return [...blocks.flat(), ...open]
    .sort((left, right) => left.startedAt - right.startedAt)
    .map(({ id }) => id)
}
