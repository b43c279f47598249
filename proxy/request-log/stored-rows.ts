import type { DatabaseSync } from 'node:sqlite'
import type { LogBodies, LogEntry } from '../../contract/log-entry.ts'
import { beginningOfLine, readEntryLine } from './entry-line.ts'
import { unpack, unpackLines } from './pack.ts'
import { lineMayMatch, matchesFilter } from './search-text.ts'
import { readBodies, showBodies } from './stored-bodies.ts'
import type { LogQuery } from './writer-messages.ts'

/** Looks through the rows in the database. Blocks are in the order in which rows ended; lists in that of their starts. */
export class StoredRows {
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database)
  }

  /** Newest first. */
  list(query: LogQuery): LogEntry[] {
    const { before = Number.MAX_SAFE_INTEGER, state = 'all', limit } = query
    const open = this.#statements.openRows.all({ before }).map(({ entry }) => String(entry))
    let found = newest([], matching(open, query), limit)
    // What has ended is in blocks, what runs is not.
    if (state === 'running') return found
    for (const { last_started, entries } of this.#statements.blocks.iterate({ before })) {
      if (found.length === limit && (found.at(-1)?.startedAt ?? 0) > Number(last_started)) break
      found = newest(found, matching(unpackLines(entries), query), limit)
    }
    return found
  }

  get(id: string): LogEntry | undefined {
    const [open] = this.#statements.openRow.all({ id })
    if (open !== undefined) return readEntryLine(String(open.entry))
    const line = this.#find(id)?.line
    return line === undefined ? undefined : readEntryLine(line)
  }

  bodies(id: string): LogBodies | undefined {
    const found = this.#find(id)
    if (found === undefined) return undefined
    const bodies = this.#statements.bodies.get({ number: found.number })?.bodies
    if (bodies === null || bodies === undefined) return undefined
    const row = readBodies(unpack(bodies))[found.place]
    return row === undefined ? undefined : showBodies(row)
  }

  /** The newest row with this id that has ended, and where it stands. */
  #find(id: string): FoundRow | undefined {
    const beginning = beginningOfLine(id)
    for (const { number, entries } of this.#statements.newestBlocks.iterate()) {
      const bytes = unpack(entries)
      if (!bytes.includes(beginning)) continue
      const lines = bytes.toString('utf8').split('\n')
      const place = lines.findLastIndex((each) => each.startsWith(beginning))
      const line = lines[place]
      if (line !== undefined) return { number: Number(number), place, line }
    }
    return undefined
  }
}

type FoundRow = { readonly number: number; readonly place: number; readonly line: string }

function prepareStatements(database: DatabaseSync) {
  return {
    blocks: database.prepare(`
      SELECT last_started, entries FROM blocks WHERE first_started < :before ORDER BY last_started DESC`),
    newestBlocks: database.prepare('SELECT number, entries FROM blocks ORDER BY number DESC'),
    bodies: database.prepare('SELECT bodies FROM blocks WHERE number = :number'),
    openRows: database.prepare('SELECT entry FROM open_rows WHERE started_at < :before'),
    openRow: database.prepare('SELECT entry FROM open_rows WHERE id = :id'),
  }
}

function matching(lines: readonly string[], query: LogQuery): LogEntry[] {
  const { before = Number.MAX_SAFE_INTEGER } = query
  return lines
    .filter((line) => lineMayMatch(line, query))
    .map(readEntryLine)
    .filter((entry) => entry.startedAt < before && matchesFilter(entry, query))
}

/** Of two rows with one id, which clients of different days may have given, the newer one is shown. */
function newest(known: readonly LogEntry[], more: readonly LogEntry[], limit: number): LogEntry[] {
  const ids = new Set<string>()
  return [...known, ...more]
    .sort((left, right) => right.startedAt - left.startedAt)
    .filter(({ id }) => !ids.has(id) && ids.add(id))
    .slice(0, limit)
}
