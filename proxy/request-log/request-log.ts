import type { LogBatch, LogBodies, LogEntry, LogFilter } from '../../contract/log-entry.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Captures } from './block-bodies.ts'
import { EndedRows, KEPT_ROWS } from './ended-rows.ts'
import { createEntryShowers } from './entry-shower.ts'
import { createLogFeed } from './log-feed.ts'
import type { LogRow, NewLogEntry } from './log-row.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { createMemoryRows, type PastRow } from './memory-rows.ts'
import type { OpenRow } from './open-row.ts'
import { OpenRows } from './open-rows.ts'
import { redactBodies } from './redact-body.ts'
import { createWriteQueue } from './write-queue.ts'
import type { Retention, WriterAnswer, WriterRequest } from './writer-messages.ts'

export type {
  AttemptRow,
  LogOutcome,
  LogPatch,
  LogRow,
  NewAttempt,
  NewLogEntry,
  Reported,
  ReportedAttempt,
} from './log-row.ts'

export type LogSettings = Settings['log']

export type LogStats = {
  readonly state: 'ok' | 'degraded'
  /** Why nothing is stored just now; null while all is well. */
  readonly problem: string | null
  readonly dropped: number
  readonly open: number
  readonly inMemory: number
  readonly queued: number
}

export type RequestLog = {
  /** `isOwnId`: Portside made the id, so there is nothing to take out of it. */
  open(initial: NewLogEntry, isOwnId?: boolean): LogRow
  /** Newest first, from memory and file together. */
  list(
    filter: LogFilter & { readonly limit: number; readonly before?: number | undefined },
  ): Promise<LogEntry[]>
  get(id: string): Promise<LogEntry | undefined>
  bodies(id: string): Promise<LogBodies>
  feed(options: {
    readonly after: number
    readonly signal?: AbortSignal | undefined
  }): AsyncGenerator<LogBatch, void>
  /** Forgets every request that has ended, in memory and on disk. */
  clear(): Promise<void>
  stats(): LogStats
  /** Resolves when everything so far is written, or could not be: `stats` tells which. */
  flush(): Promise<void>
  close(): Promise<void>
}

export type RequestLogOptions = {
  /** The SQLite file; null keeps everything in memory. */
  readonly path: string | null
  readonly settings: () => LogSettings
  readonly secrets: () => readonly string[]
  readonly now?: () => number
  readonly onDegraded?: (problem: string | null) => void
  /** For looking into the log of a proxy that does not run: nothing is written or mended. */
  readonly readOnly?: boolean
  readonly timing?: Partial<LogTiming>
}

export type LogTiming = {
  readonly writeEveryMs: number
  readonly retryMs: number
  readonly busyTimeoutMs: number
  readonly queryTimeoutMs: number
}

const TIMING: LogTiming = { writeEveryMs: 200, retryMs: 2_000, busyTimeoutMs: 5_000, queryTimeoutMs: 2_000 }
const SLOW_WORK_MS = 60_000
const HOUR_MS = 3_600_000

export function createRequestLog(options: RequestLogOptions): RequestLog {
  const { path, settings, now = Date.now, readOnly = false } = options
  const timing = { ...TIMING, ...options.timing }
  const showers = createEntryShowers(options.secrets)
  const ended = new EndedRows((block) => {
    if (!readOnly) queue.add(block)
  })
  const open = new OpenRows({
    settings,
    now,
    redactId: (id) => showers.current().redactor.line(id, 200),
    hasEnded: (id) => ended.find(id) !== undefined,
    onChange: announce,
    onEnd(row, bodies) {
      ended.add(endRow(row, bodies))
      announce(row)
    },
  })
  const memory = createMemoryRows(open, ended)
  const writer = createLogWriter({ path, readOnly, busyTimeoutMs: timing.busyTimeoutMs, startedAt: now() })
  const queue = createWriteQueue({
    writer,
    shower: showers.current,
    retention: () => retentionOf(settings(), now()),
    open: () => open,
    ended,
    onStored: (block) => ended.noteStored(block),
    onProblem: (problem) => options.onDegraded?.(problem),
    writeEveryMs: timing.writeEveryMs,
    retryMs: timing.retryMs,
  })
  const feed = createLogFeed({ capacity: KEPT_ROWS * 2, show: showRows })
  const ask = (request: WriterRequest) => askOrNothing(writer, request, timing.queryTimeoutMs)

  function announce(row: OpenRow): void {
    if (!readOnly) queue.wake()
    feed.announce(row)
  }

  function endRow(row: OpenRow, bodies: Captures | undefined) {
    const { id, entry, mayBeStored } = row
    const { startedAt, sequence } = entry
    const { last } = showers
    const storedId = mayBeStored ? id : undefined
    return { line: last.lineOf(entry), startedAt, sequence, redaction: last.redaction, bodies, storedId }
  }

  function showRows(rows: readonly (OpenRow | PastRow)[]): LogEntry[] {
    const shower = showers.current()
    return rows.map((row) =>
      'line' in row ? shower.readLine(row.line, row.redaction) : shower.show(row.entry),
    )
  }

  return {
    open: (initial, isOwnId = false) => open.open(initial, isOwnId),
    async list(query) {
      const stored = entriesOf(await ask({ kind: 'list', query }))
      const ids = memory.quotedIds()
      // Memory knows the newest state of a row, so a stored one gives way to it.
      const older = stored.filter(({ id }) => !ids.has(JSON.stringify(id)))
      return [...memory.list(query, showers.current()), ...older]
        .sort((left, right) => right.startedAt - left.startedAt)
        .slice(0, query.limit)
    },
    async get(id) {
      return memory.get(id, showers.current()) ?? entriesOf(await ask({ kind: 'get', id }))[0]
    },
    async bodies(id) {
      const held = memory.bodies(id)
      if (held !== undefined) return redactBodies(held, showers.current().redactor)
      const answer = await ask({ kind: 'bodies', id })
      return answer?.kind === 'bodies' ? answer.bodies : NO_BODIES
    },
    feed: ({ after, signal }) => feed.read(() => memory.changedSince(after), signal),
    async clear() {
      await queue.flush()
      ended.clear()
      queue.forgetStored()
      await writer.ask({ kind: 'clear' }, SLOW_WORK_MS)
    },
    stats: () => ({
      state: queue.problem === null ? 'ok' : 'degraded',
      problem: queue.problem,
      dropped: queue.dropped,
      open: open.size,
      inMemory: open.size + ended.size,
      queued: queue.size,
    }),
    flush: () => queue.flush(),
    async close() {
      feed.close()
      await queue.flush()
      queue.stop()
      await askOrNothing(writer, { kind: 'close' }, SLOW_WORK_MS)
      await writer.stop()
    },
  }
}

const NO_BODIES: LogBodies = { request: null, response: null, requestCut: false, responseCut: false }

function retentionOf({ maxRows, maxBytes, retentionHours }: LogSettings, now: number): Retention {
  return { maxRows, maxBytes, notBefore: now - retentionHours * HOUR_MS }
}

/** A writer that fails has said so where it writes; who reads gets what is in memory. */
async function askOrNothing(
  writer: LogWriter,
  request: WriterRequest,
  timeoutMs: number,
): Promise<WriterAnswer | undefined> {
  try {
    return await writer.ask(request, timeoutMs)
  } catch {
    return undefined
  }
}

function entriesOf(answer: WriterAnswer | undefined): readonly LogEntry[] {
  return answer?.kind === 'entries' ? answer.entries : []
}
