import type { LogEntry } from '../../contract/log-entry.ts'
import { bodiesIn, type RawBodies } from './block-bodies.ts'
import type { EndedRows, RowPlace } from './ended-rows.ts'
import { quotedIdOf } from './entry-line.ts'
import type { EntryShower } from './entry-shower.ts'
import { lineAt } from './log-block.ts'
import type { ChangedRow } from './log-feed.ts'
import type { OpenRow } from './open-row.ts'
import type { OpenRows } from './open-rows.ts'
import { lineMayMatch, matchesFilter } from './search-text.ts'
import type { LogQuery } from './writer-messages.ts'

/** A row that ended before the reader of a feed came. */
export type PastRow = ChangedRow & { readonly line: string; readonly redaction: number }

/** Looks through the rows in memory: every open one, and the newest that have ended. */
export type MemoryRows = {
  list(query: LogQuery, shower: EntryShower): LogEntry[]
  get(id: string, shower: EntryShower): LogEntry | undefined
  /** Of a row that has ended, until its bodies are on disk. */
  bodies(id: string): RawBodies | undefined
  /** A reader whose last sequence is ahead of ours saw another process: it starts anew. */
  changedSince(sequence: number): (OpenRow | PastRow)[]
  /** As the JSON texts of their lines. */
  quotedIds(): Set<string>
}

type Found = { readonly startedAt: number; readonly row: OpenRow | RowPlace }

export function createMemoryRows(open: OpenRows, ended: EndedRows): MemoryRows {
  function showPlace({ block, row }: RowPlace, shower: EntryShower): LogEntry {
    return shower.readLine(lineAt(block, row), block.redaction)
  }

  function newestFirst(before: number): Found[] {
    const found: Found[] = []
    for (const row of open) found.push({ startedAt: row.entry.startedAt, row })
    for (const place of ended.places())
      found.push({ startedAt: place.block.startedAts[place.row] ?? 0, row: place })
    return found
      .filter(({ startedAt }) => startedAt < before)
      .sort((left, right) => right.startedAt - left.startedAt)
  }

  function entryThatMatches({ row }: Found, query: LogQuery, shower: EntryShower): LogEntry | undefined {
    if ('block' in row && !placeMayMatch(row, query, shower)) return undefined
    const entry = 'block' in row ? showPlace(row, shower) : shower.show(row.entry)
    return matchesFilter(entry, query) ? entry : undefined
  }

  return {
    list(query, shower) {
      const entries: LogEntry[] = []
      for (const found of newestFirst(query.before ?? Number.POSITIVE_INFINITY)) {
        if (entries.length === query.limit) break
        const entry = entryThatMatches(found, query, shower)
        if (entry !== undefined) entries.push(entry)
      }
      return entries
    },
    get(id, shower) {
      const row = open.find(id)
      if (row !== undefined) return shower.show(row.entry)
      const place = ended.find(id)
      return place === undefined ? undefined : showPlace(place, shower)
    },
    bodies(id) {
      const place = ended.find(id)
      if (place?.block.bodies === undefined) return undefined
      for (const each of bodiesIn(place.block.bodies)) if (each.row === place.row) return each
      return undefined
    },
    changedSince(sequence) {
      const places = [...ended.places()]
      const newest = Math.max(0, ...[...open].map((row) => row.sequence), ...places.map(sequenceAt))
      const from = sequence > newest ? 0 : sequence
      return [
        ...[...open].filter((row) => row.sequence > from),
        ...places.filter((place) => sequenceAt(place) > from).map(readPlace),
      ]
    },
    quotedIds() {
      const ids = new Set<string>()
      for (const { id } of open) ids.add(JSON.stringify(id))
      for (const { block, row } of ended.places()) ids.add(quotedIdOf(lineAt(block, row)))
      return ids
    },
  }
}

/** A line of which secrets are still to be taken out says nothing of what it will be. */
function placeMayMatch({ block, row }: RowPlace, query: LogQuery, { redaction }: EntryShower): boolean {
  return block.redaction !== redaction || lineMayMatch(lineAt(block, row), query)
}

function sequenceAt({ block, row }: RowPlace): number {
  return block.sequences[row] ?? 0
}

/** A copy: the memory of a block that still grows is used again. */
function readPlace(place: RowPlace): PastRow {
  const { block, row } = place
  return { sequence: sequenceAt(place), line: lineAt(block, row), redaction: block.redaction }
}
