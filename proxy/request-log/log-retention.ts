import type { DatabaseSync } from 'node:sqlite'
import type { Retention } from './writer-messages.ts'

/** Bytes of the file for a byte of what the rows count as: indexes, page headers, what is left free. */
const OVERHEAD = 1.3
const PAGE_BYTES = 4_096
const ROOM = 1.1
/** A batch is written before older rows go: it must find room however small the limit is. */
const BATCH_BYTES = 4 * 1024 * 1024
/** How much older rows may get than they should before somebody looks. */
const AGE_SLACK_MS = 60_000
/** How many rows more than needed go at once, as a share of those that may stay: few, so that it never takes long. */
const SURPLUS_SHARE = 0.01
/** Free pages are taken again by the next rows; they go back to the disk when this share of the file is free. */
const FREE_SHARE = 0.25

/**
 * Drops the oldest rows until age, count and size fit. To count all rows takes long, so it is done now and then; between
 * two counts it is known what was written and dropped.
 */
export class LogRetention {
  readonly #database: DatabaseSync
  readonly #statements: ReturnType<typeof prepareStatements>
  /** What there is; undefined where it has to be counted. */
  #size: { rows: number; bytes: number } | undefined
  /** The bytes of rows that will be written again, by their ids. */
  readonly #open = new Map<string, number>()
  #maxBytes = 0
  #droppedBefore = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = prepareStatements(database)
  }

  /** A row was written. `isFinal`: it will not be written again. */
  noteRow(id: string, bytes: number, isFinal: boolean): void {
    const before = this.#open.get(id)
    if (isFinal) this.#open.delete(id)
    else this.#open.set(id, bytes)
    if (this.#size === undefined) return
    if (before === undefined) this.#size.rows++
    this.#size.bytes += bytes - (before ?? 0)
  }

  /** After a failure nothing is known for certain. */
  forget(): void {
    this.#size = undefined
  }

  apply({ notBefore, maxRows, maxBytes }: Retention): void {
    if (maxBytes !== this.#maxBytes) limitPages(this.#database, maxBytes)
    this.#maxBytes = maxBytes
    if (notBefore - this.#droppedBefore > AGE_SLACK_MS || notBefore < this.#droppedBefore) {
      this.#statements.dropOld.run({ notBefore })
      this.#droppedBefore = notBefore
      this.#size = undefined
    }
    if (!this.#dropSurplus(maxRows, maxBytes)) return
    if (this.#isMostlyFree()) this.#database.exec('PRAGMA incremental_vacuum')
  }

  /** Says whether anything was dropped, or counted anew. */
  #dropSurplus(maxRows: number, maxBytes: number): boolean {
    let isChanged = this.#size === undefined
    const size = this.#size ?? this.#count()
    this.#size = size
    while (size.rows > 0) {
      const share = 1 - maxBytes / (size.bytes * OVERHEAD)
      const surplus = Math.max(size.rows - maxRows, Math.ceil(size.rows * share))
      if (surplus <= 0) break
      isChanged = true
      const count = surplus + Math.floor(maxRows * SURPLUS_SHARE)
      const dropped = this.#statements.dropOldest.all({ count })
      for (const { id, bytes } of dropped) {
        size.rows--
        size.bytes -= Number(bytes)
        this.#open.delete(String(id))
      }
      // Somebody else took rows away: what is there has to be counted.
      if (dropped.length === 0) {
        this.#size = undefined
        break
      }
    }
    return isChanged
  }

  #count(): { rows: number; bytes: number } {
    const found = this.#statements.size.get() ?? {}
    return { rows: Number(found.rows ?? 0), bytes: Number(found.bytes ?? 0) }
  }

  #isMostlyFree(): boolean {
    const free = Number(this.#statements.freePages.get()?.freelist_count)
    return free > Number(this.#statements.pages.get()?.page_count) * FREE_SHARE
  }
}

function prepareStatements(database: DatabaseSync) {
  return {
    size: database.prepare('SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM entries'),
    dropOld: database.prepare('DELETE FROM entries WHERE started_at < :notBefore'),
    dropOldest: database.prepare(`
      DELETE FROM entries WHERE started_at <=
        (SELECT max(started_at) FROM (SELECT started_at FROM entries ORDER BY started_at LIMIT :count))
      RETURNING id, bytes`),
    freePages: database.prepare('PRAGMA freelist_count'),
    pages: database.prepare('PRAGMA page_count'),
  }
}

/** SQLite itself refuses to grow beyond this, whatever retention missed. */
function limitPages(database: DatabaseSync, maxBytes: number): void {
  const pages = Math.ceil((maxBytes * ROOM + BATCH_BYTES) / PAGE_BYTES)
  // A pragma takes no parameters; this one is a whole number by construction.
  database.exec('PRAGMA max_page_count = '.concat(pages.toFixed(0)))
}
