import type { LogEntry, LogFilter } from '../../contract/log-entry.ts'

/** What a search looks through, in lower case. */
export function searchText(entry: LogEntry): string {
  const {
    id,
    path,
    protocol,
    keyName,
    client,
    modelIn,
    modelOut,
    provider,
    accountName,
    errorKind,
    errorMessage,
  } = entry
  return [
    id,
    path,
    protocol,
    keyName,
    client,
    modelIn,
    modelOut,
    provider,
    accountName,
    errorKind,
    errorMessage,
  ]
    .filter((text) => text !== null)
    .join('\n')
    .toLowerCase()
}

const FINAL: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled'])

export function isFinal({ state }: LogEntry): boolean {
  return FINAL.has(state)
}

/** The same answer that the database gives, for rows in memory. */
export function matchesFilter(entry: LogEntry, { state = 'all', text = '' }: LogFilter): boolean {
  if (state === 'failed' && entry.state !== 'failed') return false
  if (state === 'running' && isFinal(entry)) return false
  return text === '' || searchText(entry).includes(text.toLowerCase())
}
