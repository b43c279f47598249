import type { AttemptRecord, LogBatch, LogBodies, LogEntry, LogFilter } from '../../contract/log-entry.ts'
import type { Settings } from '../../contract/settings.ts'

export type LogSettings = Settings['log']

export type NewLogEntry = Pick<LogEntry, 'id' | 'method' | 'path'> & Partial<Omit<LogEntry, 'sequence' | 'attempts'>>
export type LogPatch = Partial<Omit<LogEntry, 'id' | 'sequence' | 'startedAt' | 'attempts'>>
export type NewAttempt = Pick<AttemptRecord, 'provider' | 'reason'> & Partial<AttemptRecord>
export type LogOutcome = LogPatch & { readonly state: 'done' | 'failed' | 'cancelled' }

/** One upstream attempt of an open row. */
export type AttemptRow = { update(patch: Partial<Omit<AttemptRecord, 'number'>>): void }

/** One request on its way. Every call costs microseconds; nothing is written or redacted here. */
export type LogRow = {
  readonly id: string
  update(patch: LogPatch): void
  addAttempt(attempt: NewAttempt): AttemptRow
  /** Kept by reference: the caller must not change the bytes afterwards. */
  captureRequest(bytes: Uint8Array): void
  captureResponse(bytes: Uint8Array): void
  /** The end of the request. A second call does nothing. */
  close(outcome: LogOutcome): void
}

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
  open(initial: NewLogEntry): LogRow
  list(
    filter: LogFilter & { readonly limit: number; readonly before?: number | undefined },
  ): Promise<LogEntry[]>
  get(id: string): Promise<LogEntry | undefined>
  bodies(id: string): Promise<LogBodies>
  feed(options: { readonly after: number; readonly signal?: AbortSignal | undefined }): AsyncIterableIterator<LogBatch>
  clear(): Promise<void>
  stats(): LogStats
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
}

export declare function createRequestLog(options: RequestLogOptions): RequestLog
