import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'
import type { Redactor } from './redact.ts'

const NAME_LENGTH = 200
const PATH_LENGTH = 2_048
const MESSAGE_LENGTH = 1_000

/** An entry as it may be shown and stored: every text of it went through the redactor, the id when the row was opened. */
export function redactEntry(entry: LogEntry, redactor: Redactor): LogEntry {
  const name = (text: string) => redactor.line(text, NAME_LENGTH)
  const maybe = (text: string | null) => (text === null ? null : name(text))
  return {
    ...entry,
    method: name(entry.method),
    path: redactor.url(entry.path, PATH_LENGTH),
    protocol: maybe(entry.protocol),
    keyName: maybe(entry.keyName),
    client: maybe(entry.client),
    modelIn: maybe(entry.modelIn),
    modelOut: maybe(entry.modelOut),
    provider: maybe(entry.provider),
    accountId: maybe(entry.accountId),
    accountName: maybe(entry.accountName),
    finishReason: maybe(entry.finishReason),
    errorKind: maybe(entry.errorKind),
    errorMessage: redactMessage(entry.errorMessage, redactor),
    denyReason: maybe(entry.denyReason),
    attempts: entry.attempts.map((attempt) => redactAttempt(attempt, redactor)),
  }
}

function redactAttempt(attempt: AttemptRecord, redactor: Redactor): AttemptRecord {
  const maybe = (text: string | null) => (text === null ? null : redactor.line(text, NAME_LENGTH))
  const redacted: AttemptRecord = {
    ...attempt,
    provider: redactor.line(attempt.provider, NAME_LENGTH),
    accountId: maybe(attempt.accountId),
    accountName: maybe(attempt.accountName),
    reason: redactor.line(attempt.reason, MESSAGE_LENGTH),
    errorKind: maybe(attempt.errorKind),
    errorMessage: redactMessage(attempt.errorMessage, redactor),
  }
  if (attempt.note !== undefined) redacted.note = redactor.line(attempt.note, MESSAGE_LENGTH)
  return redacted
}

function redactMessage(message: string | null, redactor: Redactor): string | null {
  return message === null ? null : redactor.line(message, MESSAGE_LENGTH)
}
