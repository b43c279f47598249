import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { LogBodies, LogEntry } from '../../contract/log-entry.ts'
import { endCutOffRows } from './cut-off-rows.ts'
import { DamagedLogError } from './damaged-log-error.ts'
import { inTransaction } from './in-transaction.ts'
import { migrateLog } from './log-migrations.ts'
import { LogRetention } from './log-retention.ts'
import type { StoredBlock } from './stored-block.ts'
import { StoredRows } from './stored-rows.ts'
import type { LogQuery, Retention, StoredOpenRow } from './writer-messages.ts'

export type LogBatchToStore = {
  readonly blocks: readonly StoredBlock[]
  readonly open: readonly StoredOpenRow[]
}

/** The request log in SQLite. Every call may throw what SQLite throws; every value is a bound parameter. */
export type LogDatabase = {
  /** Makes room as the limits say, and stores. */
  write(batch: LogBatchToStore, limits: Retention): void
  list(query: LogQuery): LogEntry[]
  get(id: string): LogEntry | undefined
  bodies(id: string): LogBodies | undefined
  /** Ends the rows that an earlier process left open. */
  closeCutOff(startedBefore: number): void
  retain(limits: Retention): void
  clear(): void
  close(): void
}

export type LogDatabaseOptions = {
  readonly path: string | null
  readonly readOnly: boolean
  readonly busyTimeoutMs: number
}

export function openLogDatabase({ path, readOnly, busyTimeoutMs }: LogDatabaseOptions): LogDatabase {
  if (path !== null && !readOnly) makePrivate(path)
  const database = new DatabaseSync(path ?? ':memory:', { readOnly, timeout: busyTimeoutMs })
  try {
    if (!readOnly) prepareFile(database)
    return createLogDatabase(database)
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLite gives the files beside it the mode of the main one, so that is made first. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function prepareFile(database: DatabaseSync): void {
  database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = NORMAL')
  database.exec('PRAGMA secure_delete = ON')
  database.exec('PRAGMA journal_size_limit = 4194304')
  const check = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
  if (check !== 'ok') throw new DamagedLogError(String(check))
  migrateLog(database)
}

function createLogDatabase(database: DatabaseSync): LogDatabase {
  const statements = prepareStatements(database)
  const retention = new LogRetention(database)
  const rows = new StoredRows(database)

  function store({ blocks, open }: LogBatchToStore): void {
    for (const { rows, firstStarted, lastStarted, bytes, entries, bodies, storedIds } of blocks) {
      statements.addBlock.run({ firstStarted, lastStarted, rows, bytes, entries, bodies })
      retention.note({ rows, bytes })
      for (const id of storedIds) statements.endOpen.run({ id })
    }
    for (const { id, startedAt, line } of open) statements.putOpen.run({ id, startedAt, line })
  }

  return {
    write(batch, limits) {
      inTransaction(database, () => {
        try {
          // Before it is stored: the pages of what goes are taken again at once, and written once instead of twice.
          retention.makeRoom(limits, sizeOf(batch.blocks))
          store(batch)
        } catch (error) {
          retention.forget()
          throw error
        }
      })
    },
    list: (query) => rows.list(query),
    get: (id) => rows.get(id),
    bodies: (id) => rows.bodies(id),
    closeCutOff: (before) => inTransaction(database, () => endCutOffRows(database, before)),
    retain: (limits) => retention.apply(limits),
    clear() {
      retention.forget()
      database.exec('DELETE FROM blocks')
      database.exec('DELETE FROM open_rows')
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.exec('VACUUM')
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    close: () => database.close(),
  }
}

function prepareStatements(database: DatabaseSync) {
  return {
    addBlock: database.prepare(`
      INSERT INTO blocks (first_started, last_started, rows, bytes, entries, bodies)
      VALUES (:firstStarted, :lastStarted, :rows, :bytes, :entries, :bodies)`),
    putOpen: database.prepare(`
      INSERT OR REPLACE INTO open_rows (id, started_at, entry) VALUES (:id, :startedAt, :line)`),
    endOpen: database.prepare('DELETE FROM open_rows WHERE id = :id'),
  }
}

function sizeOf(blocks: readonly StoredBlock[]): { rows: number; bytes: number } {
  const size = { rows: 0, bytes: 0 }
  for (const { rows, bytes } of blocks) {
    size.rows += rows
    size.bytes += bytes
  }
  return size
}
