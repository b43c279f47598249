import type { DatabaseSync } from 'node:sqlite'
import type { LogEntry } from '../../contract/log-entry.ts'
import { writeEntryLine } from './entry-line.ts'
import { isFinal } from './search-text.ts'

const BLOCK_ROWS = 500
const BLOCK_BYTES = 8 * 1024 * 1024

type Row = Record<string, unknown>

/** Moves the rows of the second schema, which had one for each request, into the third, which has blocks of them. */
export function gatherIntoBlocks(database: DatabaseSync): void {
  const addOpen = database.prepare(
    'INSERT INTO open_rows (id, started_at, entry) VALUES (:id, :startedAt, :line)',
  )
  let block = new GatheredBlock(database)
  for (const row of database.prepare(OLD_ROWS).iterate()) {
    // The text was written by an earlier Portside, in the schema that `user_version` vouches for.
    const entry: LogEntry = JSON.parse(String(row.entry))
    if (!isFinal(entry)) {
      addOpen.run({ id: entry.id, startedAt: entry.startedAt, line: writeEntryLine(entry) })
      continue
    }
    block.add(entry, row)
    if (!block.isFull) continue
    block.store()
    block = new GatheredBlock(database)
  }
  block.store()
}

const OLD_ROWS = `
  SELECT entry, bodies.id AS body, request, response, request_cut, response_cut
  FROM entries LEFT JOIN bodies ON bodies.id = entries.id ORDER BY started_at`

class GatheredBlock {
  readonly #database: DatabaseSync
  readonly #lines: string[] = []
  readonly #bodies: string[] = []
  #firstStarted = 0
  #lastStarted = 0
  #bytes = 0

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get isFull(): boolean {
    return this.#lines.length >= BLOCK_ROWS || this.#bytes >= BLOCK_BYTES
  }

  add(entry: LogEntry, row: Row): void {
    const line = writeEntryLine(entry)
    if (this.#lines.length === 0) this.#firstStarted = entry.startedAt
    this.#lastStarted = entry.startedAt
    this.#lines.push(line)
    this.#bytes += line.length
    if (row.body === null) return
    const bodies = JSON.stringify([
      entry.id,
      textOf(row.request),
      textOf(row.response),
      row.request_cut === 1,
      row.response_cut === 1,
    ])
    this.#bodies.push(bodies)
    this.#bytes += bodies.length
  }

  store(): void {
    if (this.#lines.length === 0) return
    this.#database
      .prepare(`
        INSERT INTO blocks (first_started, last_started, rows, bytes, entries, bodies)
        VALUES (:firstStarted, :lastStarted, :rows, :bytes, :entries, :bodies)`)
      .run({
        firstStarted: this.#firstStarted,
        lastStarted: this.#lastStarted,
        rows: this.#lines.length,
        bytes: this.#bytes,
        entries: this.#lines.join('\n'),
        bodies: this.#bodies.length === 0 ? null : this.#bodies.join('\n'),
      })
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
