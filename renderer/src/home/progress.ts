import type { LogEntry } from '../../../contract/log-entry.ts'
import type { ProxyStatus } from '../../../contract/status.ts'

export type Progress = {
  readonly hasAccount: boolean
  /** Some client reached the proxy, even if it was refused. */
  readonly isReached: boolean
  /** The oldest request in the list that was answered; null while there is none. */
  readonly firstAnswered: LogEntry | null
}

/** How far a new user has come, from what is known anyway. */
export function progressOf(status: ProxyStatus, entries: readonly LogEntry[]): Progress {
  return {
    hasAccount: status.accounts.total > 0,
    isReached: entries.length > 0 || status.requests > 0,
    firstAnswered: entries.findLast((entry) => entry.state === 'done') ?? null,
  }
}
