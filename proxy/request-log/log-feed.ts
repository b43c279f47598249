import type { LogBatch, LogEntry } from '../../contract/log-entry.ts'
import type { HeldRow } from './log-row.ts'

const BATCH_ENTRIES = 200
const BATCH_EVERY_MS = 100

export type LogFeed = {
  announce(row: HeldRow): void
  read(from: () => Iterable<HeldRow>, signal: AbortSignal | undefined): AsyncGenerator<LogBatch, void>
  /** Ends every reader. */
  close(): void
}

type Reader = { readonly pending: Set<HeldRow>; wake: () => void }

/**
 * Tells readers of changed rows, at most ten batches a second. A reader that is slow holds each row once, so what waits
 * for it is bounded by the rows there are, and it sees the newest state of each.
 */
export function createLogFeed(options: {
  readonly capacity: number
  readonly show: (rows: readonly HeldRow[]) => LogEntry[]
}): LogFeed {
  const { capacity, show } = options
  const readers = new Set<Reader>()
  const closing = new AbortController()

  async function* read(
    from: () => Iterable<HeldRow>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<LogBatch, void> {
    const reader: Reader = { pending: new Set(from()), wake: () => undefined }
    const ended = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
    readers.add(reader)
    try {
      while (!ended.aborted) {
        if (reader.pending.size === 0) await nextChange(reader, ended)
        if (reader.pending.size === 0) continue
        yield takeBatch(reader.pending, show)
        await pause(ended)
      }
    } finally {
      readers.delete(reader)
    }
  }

  return {
    announce(row) {
      for (const reader of readers) {
        reader.pending.add(row)
        if (reader.pending.size > capacity) dropFirst(reader.pending)
        reader.wake()
      }
    },
    read,
    close: () => closing.abort(),
  }
}

/** The rows that changed longest ago, each in its newest state. */
function takeBatch(pending: Set<HeldRow>, show: (rows: readonly HeldRow[]) => LogEntry[]): LogBatch {
  const rows = [...pending]
    .sort((left, right) => left.entry.sequence - right.entry.sequence)
    .slice(0, BATCH_ENTRIES)
  for (const row of rows) pending.delete(row)
  const entries = show(rows)
  return { entries, sequence: entries.at(-1)?.sequence ?? 0 }
}

function nextChange(reader: Reader, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      ended.removeEventListener('abort', finish)
      reader.wake = () => undefined
      resolve()
    }
    reader.wake = finish
    ended.addEventListener('abort', finish)
    if (ended.aborted) finish()
  })
}

function pause(ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      ended.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, BATCH_EVERY_MS)
    ended.addEventListener('abort', finish)
    if (ended.aborted) finish()
  })
}

function dropFirst<T>(set: Set<T>): void {
  for (const first of set) {
    set.delete(first)
    return
  }
}
