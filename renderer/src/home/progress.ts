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
  // Without a protocol it was no client's request, but somebody at the door, a page that is not signed in say.
  const ofClients = entries.filter((entry) => entry.protocol !== null)
  return {
    hasAccount: status.accounts.total > 0,
    isReached: ofClients.length > 0,
    firstAnswered: ofClients.findLast((entry) => entry.state === 'done') ?? null,
  }
}
