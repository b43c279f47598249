import { chmodSync, closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { LogBodies, LogEntry } from '../../contract/log-entry.ts'
import { migrateLog } from './log-migrations.ts'
import { LogRetention } from './log-retention.ts'
import { isFinal, matchesFilter } from './search-text.ts'
import type { LogQuery, Retention } from './writer-messages.ts'

export type StoredBodies = LogBodies & { readonly id: string }

/** The request log in SQLite. Every call may throw what SQLite throws; every value is a bound parameter. */
export type LogDatabase = {
  write(entries: readonly LogEntry[], bodies: readonly StoredBodies[]): void
  list(query: LogQuery): LogEntry[]
  get(id: string): LogEntry | undefined
  bodies(id: string): LogBodies | undefined
  /** Ends the rows that an earlier process left open. */
  closeCutOff(startedBefore: number): void
  retain(retention: Retention): void
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
  database.exec('PRAGMA foreign_keys = ON')
  database.exec('PRAGMA secure_delete = ON')
  database.exec('PRAGMA journal_size_limit = 4194304')
  const check = database.prepare('PRAGMA quick_check(1)').get()?.quick_check
  if (check !== 'ok') throw new DamagedLogError(String(check))
  migrateLog(database)
}

export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError'
}

function createLogDatabase(database: DatabaseSync): LogDatabase {
  const statements = prepareStatements(database)
  const retention = new LogRetention(database)
  return {
    write(entries, bodies) {
      try {
        inTransaction(database, () => writeAll(statements, retention, entries, bodies))
      } catch (error) {
        retention.forget()
        throw error
      }
    },
    list: (query) => listEntries(statements, query),
    get: (id) => statements.get.all({ id }).map(readEntry)[0],
    bodies: (id) => statements.bodies.all({ id }).map(readBodies)[0],
    closeCutOff: (before) => void statements.closeCutOff.run({ before, message: CUT_OFF }),
    retain: (limits) => retention.apply(limits),
    clear() {
      retention.forget()
      database.exec('DELETE FROM entries')
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.exec('VACUUM')
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    close: () => database.close(),
  }
}

const CUT_OFF = 'Portside ended while this request was under way; how it ended is unknown'

type Statements = ReturnType<typeof prepareStatements>

function prepareStatements(database: DatabaseSync) {
  return {
    upsert: database.prepare(`
      INSERT INTO entries (id, started_at, state, entry, bytes)
      VALUES (:id, :startedAt, :state, :entry, :bytes)
      ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, state = excluded.state,
        entry = excluded.entry, bytes = excluded.bytes`),
    putBodies: database.prepare(`
      INSERT OR REPLACE INTO bodies (id, request, response, request_cut, response_cut)
      VALUES (:id, :request, :response, :requestCut, :responseCut)`),
    list: database.prepare(`
      SELECT entry FROM entries
      WHERE started_at < :before
        AND (:state = 'all' OR (:state = 'failed' AND state = 'failed')
          OR (:state = 'running' AND state NOT IN ('done', 'failed', 'cancelled')))
      ORDER BY started_at DESC`),
    get: database.prepare('SELECT entry FROM entries WHERE id = :id'),
    bodies: database.prepare(
      'SELECT request, response, request_cut, response_cut FROM bodies WHERE id = :id',
    ),
    closeCutOff: database.prepare(`
      UPDATE entries SET state = 'failed', entry = json_set(entry, '$.state', 'failed',
        '$.errorKind', 'outcome-unknown', '$.errorMessage', :message)
      WHERE state NOT IN ('done', 'failed', 'cancelled') AND started_at < :before`),
  }
}

/** Bodies come with the entry that they belong to, which counts their bytes. */
function writeAll(
  statements: Statements,
  retention: LogRetention,
  entries: readonly LogEntry[],
  bodies: readonly StoredBodies[],
): void {
  const bodyBytes = new Map(bodies.map((each) => [each.id, sizeOf(each)]))
  for (const entry of entries) {
    const text = JSON.stringify(entry)
    const { id, startedAt, state } = entry
    const bytes = text.length + (bodyBytes.get(id) ?? 0)
    statements.upsert.run({ id, startedAt, state, entry: text, bytes })
    retention.noteRow(id, bytes, isFinal(entry))
  }
  for (const { id, request, response, requestCut, responseCut } of bodies) {
    statements.putBodies.run({
      id,
      request,
      response,
      requestCut: Number(requestCut),
      responseCut: Number(responseCut),
    })
  }
}

function sizeOf({ request, response }: StoredBodies): number {
  return (request?.length ?? 0) + (response?.length ?? 0)
}

/** Newest first. A text is looked for here rather than by SQLite, which would need a copy of every row to search in. */
function listEntries(statements: Statements, query: LogQuery): LogEntry[] {
  const { before = Number.MAX_SAFE_INTEGER, state = 'all', limit } = query
  const found: LogEntry[] = []
  for (const row of statements.list.iterate({ before, state })) {
    const entry = readEntry(row)
    if (matchesFilter(entry, query)) found.push(entry)
    if (found.length >= limit) break
  }
  return found
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

type Row = Record<string, unknown>

function readEntry(row: Row): LogEntry {
  // The text is our own, written by `writeAll` in the schema that `user_version` vouches for.
  const entry: LogEntry = JSON.parse(String(row.entry))
  return entry
}

function readBodies(row: Row): LogBodies {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    request: text(row.request),
    response: text(row.response),
    requestCut: row.request_cut === 1,
    responseCut: row.response_cut === 1,
  }
}
