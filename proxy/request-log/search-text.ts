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

/** Texts in which no character is written in another way inside JSON. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** Whether it is worth the time to read the line of an entry: false where nothing in it can match. */
export function lineMayMatch(line: string, { state = 'all', text = '' }: LogFilter): boolean {
  if (state === 'failed' && !line.includes('"state":"failed"')) return false
  return text === '' || !PLAIN.test(text) || line.toLowerCase().includes(text.toLowerCase())
}
