import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'
import { EMPTY_ATTEMPT, EMPTY_ENTRY } from './log-row.ts'

/** How the line of the row with this id begins: quotes inside a JSON text are escaped, so nothing else looks like it. */
export function beginningOfLine(id: string): string {
  return `{"id":${JSON.stringify(id)},"startedAt":`
}

/** An entry as one line of JSON, the id first, without what every row says of which nothing was reported. */
export function writeEntryLine(entry: LogEntry): string {
  return JSON.stringify(fieldsOfEntry(entry))
}

/** What is written of an entry, in order. */
export function fieldsOfEntry(entry: LogEntry) {
  return {
    id: entry.id,
    startedAt: entry.startedAt,
    sequence: entry.sequence,
    state: entry.state,
    method: entry.method,
    path: entry.path,
    protocol: known(entry.protocol),
    keyName: known(entry.keyName),
    client: known(entry.client),
    modelIn: known(entry.modelIn),
    modelOut: known(entry.modelOut),
    provider: known(entry.provider),
    accountId: known(entry.accountId),
    accountName: known(entry.accountName),
    stream: notEmpty(entry.stream),
    passThrough: notEmpty(entry.passThrough),
    status: known(entry.status),
    finishReason: known(entry.finishReason),
    inputTokens: known(entry.inputTokens),
    outputTokens: known(entry.outputTokens),
    cacheReadTokens: known(entry.cacheReadTokens),
    reasoningTokens: known(entry.reasoningTokens),
    tokensEstimated: notEmpty(entry.tokensEstimated),
    firstByteMs: known(entry.firstByteMs),
    durationMs: known(entry.durationMs),
    requestBytes: notEmpty(entry.requestBytes),
    responseBytes: notEmpty(entry.responseBytes),
    errorKind: known(entry.errorKind),
    errorMessage: known(entry.errorMessage),
    denyReason: known(entry.denyReason),
    attempts: entry.attempts.length === 0 ? undefined : entry.attempts.map(withoutEmpty),
  } satisfies Record<keyof LogEntry, unknown>
}

function withoutEmpty(attempt: AttemptRecord): Partial<Record<keyof AttemptRecord, unknown>> {
  return {
    number: attempt.number,
    provider: attempt.provider,
    accountId: known(attempt.accountId),
    accountName: known(attempt.accountName),
    reason: attempt.reason,
    startedAt: attempt.startedAt,
    firstByteMs: known(attempt.firstByteMs),
    durationMs: known(attempt.durationMs),
    status: known(attempt.status),
    errorKind: known(attempt.errorKind),
    errorMessage: known(attempt.errorMessage),
    responseBytes: notEmpty(attempt.responseBytes),
    maybeBilled: notEmpty(attempt.maybeBilled),
    note: attempt.note,
  } satisfies Record<keyof AttemptRecord, unknown>
}

function known<T>(value: T | null): T | undefined {
  return value ?? undefined
}

function notEmpty<T extends boolean | number>(value: T): T | undefined {
  return value || undefined
}

export function readEntryLine(line: string): LogEntry {
  // The line is our own, written by `writeEntryLine` in the schema that the database's `user_version` vouches for.
  const { attempts = [], ...written }: LogEntry = JSON.parse(line)
  return {
    ...EMPTY_ENTRY,
    ...written,
    attempts: attempts.map((attempt) => ({ ...EMPTY_ATTEMPT, ...attempt })),
  }
}

/** The id of the row, as the JSON text that the line has of it. */
export function quotedIdOf(line: string): string {
  return line.slice('{"id":'.length, line.indexOf('"startedAt":') - 1)
}
