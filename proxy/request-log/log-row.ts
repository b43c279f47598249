import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'

export type NewLogEntry = Pick<LogEntry, 'id' | 'method' | 'path'> &
  Partial<Pick<LogEntry, 'startedAt' | 'state' | 'protocol' | 'keyName' | 'client' | 'modelIn'>>
/** What may be reported of a request while it is under way. */
export type Reported = Omit<LogEntry, 'id' | 'sequence' | 'startedAt' | 'attempts'>
export type LogPatch = Partial<Reported>
/** `model`: as the upstream calls it. */
export type NewAttempt = Pick<AttemptRecord, 'provider' | 'reason'> &
  Partial<Pick<AttemptRecord, 'accountId' | 'accountName' | 'startedAt'> & { readonly model: string }>
export type LogOutcome = LogPatch & { readonly state: 'done' | 'failed' | 'cancelled' }

export type ReportedAttempt = Omit<AttemptRecord, 'number'>
export type AttemptPatch = Partial<ReportedAttempt>

/** One upstream attempt of an open row. */
export type AttemptRow = {
  update(patch: AttemptPatch): void
  /** Like `change` of the row. */
  change(set: (attempt: ReportedAttempt) => void): void
}

/** One request on its way. Every call costs microseconds; nothing is written or redacted here. */
export type LogRow = {
  readonly id: string
  update(patch: LogPatch): void
  /** Like `update`, for what every request does: V8 sets a field by its name in a tenth of the time. */
  change(set: (entry: Reported) => void): void
  /** The request waits for this account now, which its row says too. */
  addAttempt(attempt: NewAttempt): AttemptRow
  /** Kept by reference: the caller must not change the bytes afterwards. */
  captureRequest(bytes: Uint8Array): void
  captureResponse(bytes: Uint8Array): void
  /** The end of the request. A second call does nothing. */
  close(outcome: LogOutcome): void
}

/** What a row says of which nothing was reported. */
export const EMPTY_ENTRY: Omit<LogEntry, 'id' | 'method' | 'path' | 'startedAt' | 'sequence' | 'attempts'> = {
  state: 'receiving',
  protocol: null,
  keyName: null,
  client: null,
  modelIn: null,
  modelOut: null,
  provider: null,
  accountId: null,
  accountName: null,
  stream: false,
  passThrough: false,
  status: null,
  finishReason: null,
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  reasoningTokens: null,
  tokensEstimated: false,
  firstByteMs: null,
  durationMs: null,
  requestBytes: 0,
  responseBytes: 0,
  errorKind: null,
  errorMessage: null,
  denyReason: null,
}

export function createEntry(
  initial: NewLogEntry,
  { id, startedAt }: Pick<LogEntry, 'id' | 'startedAt'>,
): LogEntry {
  const { method, path, state = 'receiving', protocol = null, keyName = null, client = null } = initial
  const { modelIn = null } = initial
  const entry: LogEntry = { ...EMPTY_ENTRY, id, method, path, startedAt, sequence: 0, attempts: [] }
  // A copy whose fields are then set takes V8 half the time of a copy with others in their place.
  entry.state = state
  entry.protocol = protocol
  entry.keyName = keyName
  entry.client = client
  entry.modelIn = modelIn
  return entry
}

export const EMPTY_ATTEMPT: Omit<AttemptRecord, 'number' | 'provider' | 'reason' | 'startedAt'> = {
  accountId: null,
  accountName: null,
  firstByteMs: null,
  durationMs: null,
  status: null,
  errorKind: null,
  errorMessage: null,
  responseBytes: 0,
  maybeBilled: false,
}

export function createAttempt(given: NewAttempt, number: number, startedAt: number): AttemptRecord {
  const { provider, reason, accountId = null, accountName = null } = given
  const attempt: AttemptRecord = { ...EMPTY_ATTEMPT, number, provider, reason, startedAt }
  attempt.accountId = accountId
  attempt.accountName = accountName
  return attempt
}
