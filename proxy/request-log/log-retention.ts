import type { DatabaseSync } from 'node:sqlite'
import { trimBlock } from './trim-block.ts'
import type { Retention } from './writer-messages.ts'

/** Bytes of the file for a byte of what the rows count as: indexes, page headers, what is left free. */
const OVERHEAD = 1.3
const PAGE_BYTES = 4_096
const ROOM = 1.1
/** A batch must find room however small the limit is. */
const BATCH_BYTES = 4 * 1024 * 1024
/** How much older rows may get than they should before somebody looks. */
const AGE_SLACK_MS = 60_000
/** How many rows more than needed go at once, as a share of those that may stay: few, so that it never takes long. */
const SURPLUS_SHARE = 0.01
/** A whole block goes where it holds no more than this share above what has to: it need not be written anew. */
const WHOLE_BLOCK_SHARE = 0.05
/** Free pages are taken again by the next rows; they go back to the disk when this share of the file is free. */
const FREE_SHARE = 0.25

type Size = { readonly rows: number; readonly bytes: number }

/**
 * Drops the oldest rows until age, count and size fit. To count all rows takes long, so it is done now and then; between
 * two counts it is known what was written and dropped.
 */
export class LogRetention {
  readonly #database: DatabaseSync
  readonly #statements: ReturnType<typeof prepareStatements>
  /** What there is; undefined where it has to be counted. */
  #size: Size | undefined
  #maxBytes = 0
  #droppedBefore = 0
  /** Rows went, or were counted anew, since somebody looked how much of the file is free. */
  #isChanged = false

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = prepareStatements(database)
  }

  /** A block was written. */
  note({ rows, bytes }: Size): void {
    if (this.#size === undefined) return
    this.#size = { rows: this.#size.rows + rows, bytes: this.#size.bytes + bytes }
  }

  /** After a failure nothing is known for certain. */
  forget(): void {
    this.#size = undefined
    this.#droppedBefore = 0
  }

  /** Drops what is too much as soon as the coming rows are there. */
  makeRoom(limits: Retention, coming: Size): void {
    if (limits.maxBytes !== this.#maxBytes) limitPages(this.#database, limits.maxBytes)
    this.#maxBytes = limits.maxBytes
    this.#dropOld(limits.notBefore)
    this.#dropSurplus(limits, coming)
  }

  apply(limits: Retention): void {
    this.makeRoom(limits, { rows: 0, bytes: 0 })
    if (!this.#isChanged) return
    this.#isChanged = false
    if (this.#isMostlyFree()) this.#database.exec('PRAGMA incremental_vacuum')
  }

  #dropOld(notBefore: number): void {
    if (notBefore - this.#droppedBefore <= AGE_SLACK_MS && notBefore >= this.#droppedBefore) return
    this.#statements.dropOld.run({ notBefore })
    for (const { number } of this.#statements.partlyOld.all({ notBefore }))
      trimBlock(this.#database, Number(number), ({ startedAt }) => startedAt >= notBefore)
    this.#droppedBefore = notBefore
    this.#size = undefined
  }

  #dropSurplus(limits: Retention, coming: Size): void {
    if (this.#size === undefined) this.#isChanged = true
    let size = this.#size ?? this.#count()
    for (;;) {
      const surplus = surplusOf(size, limits, coming)
      if (surplus <= 0) break
      const dropped = this.#dropOldest(surplus, limits.maxRows)
      // Somebody else took rows away: what is there has to be counted.
      if (dropped === undefined) {
        this.#size = undefined
        return
      }
      this.#isChanged = true
      size = { rows: size.rows - dropped.rows, bytes: size.bytes - dropped.bytes }
    }
    this.#size = size
  }

  /** Drops the oldest block, or that many of its rows and a few more. */
  #dropOldest(surplus: number, maxRows: number): Size | undefined {
    const [oldest] = this.#statements.oldest.all()
    if (oldest === undefined) return undefined
    const { number, rows, bytes } = oldest
    const spared = Number(rows) - surplus
    const count = surplus + Math.floor(maxRows * SURPLUS_SHARE)
    if (spared > maxRows * WHOLE_BLOCK_SHARE && count < Number(rows))
      return trimBlock(this.#database, Number(number), ({ place }) => place >= count)
    this.#statements.drop.run({ number: Number(number) })
    return { rows: Number(rows), bytes: Number(bytes) }
  }

  #count(): Size {
    const found = this.#statements.size.get() ?? {}
    return { rows: Number(found.rows ?? 0), bytes: Number(found.bytes ?? 0) }
  }

  #isMostlyFree(): boolean {
    const free = Number(this.#statements.freePages.get()?.freelist_count)
    return free > Number(this.#statements.pages.get()?.page_count) * FREE_SHARE
  }
}

/** How many of the rows that are there have to go. */
function surplusOf(size: Size, { maxRows, maxBytes }: Retention, coming: Size): number {
  if (size.rows === 0) return 0
  const tooManyRows = size.rows + coming.rows - maxRows
  const tooManyBytes = size.bytes + coming.bytes - maxBytes / OVERHEAD
  const surplus = Math.max(tooManyRows, Math.ceil((size.rows * tooManyBytes) / size.bytes))
  return Math.min(size.rows, surplus)
}

function prepareStatements(database: DatabaseSync) {
  return {
    size: database.prepare(
      'SELECT coalesce(sum(rows), 0) AS rows, coalesce(sum(bytes), 0) AS bytes FROM blocks',
    ),
    oldest: database.prepare('SELECT number, rows, bytes FROM blocks ORDER BY number LIMIT 1'),
    drop: database.prepare('DELETE FROM blocks WHERE number = :number'),
    dropOld: database.prepare('DELETE FROM blocks WHERE last_started < :notBefore'),
    partlyOld: database.prepare('SELECT number FROM blocks WHERE first_started < :notBefore'),
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
