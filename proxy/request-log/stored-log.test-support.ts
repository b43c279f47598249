import { DatabaseSync } from 'node:sqlite'
import type { LogEntry } from '../../contract/log-entry.ts'
import { readEntryLine } from './entry-line.ts'
import { unpackLines } from './pack.ts'

/** What the file has, as another process finds it: each block's rows in the order in which they ended. */
export type StoredLog = { readonly blocks: readonly LogEntry[][]; readonly open: readonly LogEntry[] }

export function readStoredLog(path: string): StoredLog {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return {
      blocks: database
        .prepare('SELECT entries FROM blocks ORDER BY number')
        .all()
        .map(({ entries }) => unpackLines(entries).map(readEntryLine)),
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

/** All that the file says of its ended rows, bodies included, as it stands there. */
export function packedTexts(path: string): Uint8Array[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database
      .prepare('SELECT entries, bodies FROM blocks')
      .all()
      .flatMap(({ entries, bodies }) => [entries, bodies])
      .filter((packed) => packed instanceof Uint8Array)
  } finally {
    database.close()
  }
}

/** The same to be read. */
export function unpackedTexts(path: string): string {
  return packedTexts(path).flatMap(unpackLines).join('\n')
}
