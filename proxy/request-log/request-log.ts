import type { LogBatch, LogBodies, LogEntry, LogFilter } from '../../contract/log-entry.ts'
import type { Settings } from '../../contract/settings.ts'
import { createEntryShower } from './entry-shower.ts'
import { createLogFeed } from './log-feed.ts'
import type { HeldRow, LogRow, NewLogEntry } from './log-row.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { createRowOpener } from './open-row.ts'
import type { Redactor } from './redact.ts'
import { redactBody } from './redact-body.ts'
import { createRowRing, RING_ROWS, type RowRing } from './row-ring.ts'
import { matchesFilter } from './search-text.ts'
import { createWriteQueue } from './write-queue.ts'
import type { LogQuery, Retention, WriterAnswer, WriterRequest } from './writer-messages.ts'

export type { AttemptRow, LogOutcome, LogPatch, LogRow, NewAttempt, NewLogEntry } from './log-row.ts'

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
  const shower = createEntryShower(options.secrets)
  const ring = createRowRing()
  const writer = createLogWriter({ path, readOnly, busyTimeoutMs: timing.busyTimeoutMs, startedAt: now() })
  const queue = createWriteQueue({
    writer,
    show: shower.show,
    secrets: shower.secrets,
    retention: () => retentionOf(settings(), now()),
    onProblem: (problem) => options.onDegraded?.(problem),
    writeEveryMs: timing.writeEveryMs,
    retryMs: timing.retryMs,
  })
  const feed = createLogFeed({ capacity: RING_ROWS * 2, show: shower.show })
  const open = createRowOpener({
    ring,
    settings,
    now,
    redactId: (id) => shower.redactor().line(id, 200),
    onChange(row) {
      if (!readOnly) queue.add(row)
      feed.announce(row)
    },
  })
  const ask = (request: WriterRequest) => askOrNothing(writer, request, timing.queryTimeoutMs)

  return {
    open,
    async list(query) {
      const stored = entriesOf(await ask({ kind: 'list', query }))
      return mergeEntries(ring, shower.show, stored, query)
    },
    async get(id) {
      const row = ring.get(id)
      if (row !== undefined) return shower.show([row])[0]
      return entriesOf(await ask({ kind: 'get', id }))[0]
    },
    async bodies(id) {
      const row = ring.get(id)
      if (row?.bodies !== undefined) return redactHeld(row.bodies, shower.redactor())
      const answer = await ask({ kind: 'bodies', id })
      return answer?.kind === 'bodies' ? answer.bodies : NO_BODIES
    },
    feed: ({ after, signal }) => feed.read(() => changedSince(ring, after), signal),
    async clear() {
      await queue.flush()
      queue.forget(ring.clearEnded())
      await writer.ask({ kind: 'clear' }, SLOW_WORK_MS)
    },
    stats: () => ({
      state: queue.problem === null ? 'ok' : 'degraded',
      problem: queue.problem,
      dropped: queue.dropped,
      open: ring.open,
      inMemory: ring.size,
      queued: queue.size,
    }),
    flush: async () => void (await queue.flush()),
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

/** Memory knows the newest state of a row, so a stored one gives way to it. */
function mergeEntries(
  ring: RowRing,
  show: (rows: readonly HeldRow[]) => LogEntry[],
  stored: readonly LogEntry[],
  query: LogQuery,
): LogEntry[] {
  const { before = Number.POSITIVE_INFINITY, limit } = query
  const held = show(ring.rows().filter(({ entry }) => entry.startedAt < before)).filter((entry) =>
    matchesFilter(entry, query),
  )
  const older = stored.filter(({ id }) => ring.get(id) === undefined)
  return [...held, ...older].sort((left, right) => right.startedAt - left.startedAt).slice(0, limit)
}

/** A reader whose last sequence is ahead of ours saw another process: it starts anew. */
function changedSince(ring: RowRing, after: number): HeldRow[] {
  const rows = ring.rows()
  const newest = Math.max(0, ...rows.map(({ entry }) => entry.sequence))
  const from = after > newest ? 0 : after
  return rows.filter(({ entry }) => entry.sequence > from)
}

function redactHeld(captured: NonNullable<HeldRow['bodies']>, redactor: Redactor): LogBodies {
  const { request, response, requestCut, responseCut } = captured
  return {
    request: redactBody(request, requestCut, redactor),
    response: redactBody(response, responseCut, redactor),
    requestCut,
    responseCut,
  }
}
