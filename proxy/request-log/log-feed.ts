import type { LogBatch, LogEntry } from '../../contract/log-entry.ts'

const BATCH_ENTRIES = 200
const BATCH_EVERY_MS = 100

/** A row that changed; its sequence rises while it waits for a reader. */
export type ChangedRow = { readonly sequence: number }

export type LogFeed<Row extends ChangedRow> = {
  announce(row: Row): void
  read(from: () => Iterable<Row>, signal: AbortSignal | undefined): AsyncGenerator<LogBatch, void>
  /** Ends every reader. */
  close(): void
}

type Reader<Row> = { readonly pending: Set<Row>; wake: () => void }

/**
 * Tells readers of changed rows, at most ten batches a second. A reader that is slow holds each row once, so what waits
 * for it is bounded by the rows there are, and it sees the newest state of each.
 */
export function createLogFeed<Row extends ChangedRow>(options: {
  readonly capacity: number
  readonly show: (rows: readonly Row[]) => LogEntry[]
}): LogFeed<Row> {
  const { capacity, show } = options
  const readers = new Set<Reader<Row>>()
  const closing = new AbortController()

  async function* read(
    from: () => Iterable<Row>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<LogBatch, void> {
    const reader: Reader<Row> = { pending: new Set(from()), wake: () => undefined }
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
      if (readers.size === 0) return
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
function takeBatch<Row extends ChangedRow>(
  pending: Set<Row>,
  show: (rows: readonly Row[]) => LogEntry[],
): LogBatch {
  const rows = [...pending].sort((left, right) => left.sequence - right.sequence).slice(0, BATCH_ENTRIES)
  for (const row of rows) pending.delete(row)
  const entries = show(rows)
  return { entries, sequence: entries.at(-1)?.sequence ?? 0 }
}

function nextChange(reader: { wake: () => void }, ended: AbortSignal): Promise<void> {
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
