import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import type { LogBodies, LogEntry } from '../../contract/log-entry.ts'
import { DamagedLogError } from './damaged-log-error.ts'
import { type LogBatchToStore, type LogDatabase, openLogDatabase } from './log-database.ts'
import type { LogQuery, Retention, WriterSetup } from './writer-messages.ts'

const CORRUPT = 11
const NOT_A_DATABASE = 26

/** A log database that mends itself: made anew where it was deleted, moved aside where it is damaged. */
export type LogKeeper = {
  write(batch: LogBatchToStore, retention: Retention): void
  list(query: LogQuery): LogEntry[]
  get(id: string): LogEntry | undefined
  bodies(id: string): LogBodies | undefined
  clear(): void
  close(): void
  /** What was mended since the last call. */
  takeRepair(): string | undefined
}

export function createLogKeeper({ path, readOnly, busyTimeoutMs, startedAt }: WriterSetup): LogKeeper {
  let database: LogDatabase | undefined
  let inode: number | undefined
  let repaired: string | undefined
  let lastSerial = 0

  function open(): LogDatabase {
    if (database !== undefined && !isSameFile()) shut()
    if (database !== undefined) return database
    database = openLogDatabase({ path, readOnly, busyTimeoutMs })
    if (!readOnly) database.closeCutOff(startedAt)
    inode = path === null ? undefined : statSync(path).ino
    return database
  }

  /** SQLite would go on writing into a deleted file without a word. */
  function isSameFile(): boolean {
    return path === null || statSync(path, { throwIfNoEntry: false })?.ino === inode
  }

  function shut(): void {
    const old = database
    database = undefined
    try {
      old?.close()
    } catch {
      // A handle that cannot be closed is as good as closed; a new one is opened.
    }
  }

  function withDatabase<T>(work: (database: LogDatabase) => T): T {
    try {
      return work(open())
    } catch (error) {
      shut()
      if (path === null || readOnly || !isDamage(error)) throw error
      repaired = moveAside(path)
      return work(open())
    }
  }

  return {
    write({ blocks, open }, retention) {
      // A block that was written when nobody waited for the answer any more comes a second time.
      const unwritten = blocks.filter(({ serial }) => serial > lastSerial)
      withDatabase((log) => {
        try {
          log.write({ blocks: unwritten, open }, retention)
          lastSerial = unwritten.at(-1)?.serial ?? lastSerial
        } finally {
          // Also after a failure: a full file has room again when old rows have gone.
          log.retain(retention)
        }
      })
    },
    list: (query) => withDatabase((log) => log.list(query)),
    get: (id) => withDatabase((log) => log.get(id)),
    bodies: (id) => withDatabase((log) => log.bodies(id)),
    clear: () => withDatabase((log) => log.clear()),
    close: shut,
    takeRepair() {
      const repair = repaired
      repaired = undefined
      return repair
    },
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof DamagedLogError) return true
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  const code = error.errcode & 0xff
  return code === CORRUPT || code === NOT_A_DATABASE
}

/** One damaged file is kept for whoever wants to look into it; an older one makes room. */
function moveAside(path: string): string {
  const aside = `${path}.damaged`
  renameSync(path, aside)
  for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) rmSync(path + suffix)
  return `the request log was damaged; it was moved to ${aside} and a new one begun`
}
