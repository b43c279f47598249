import type { LogEntry } from '../../../contract/log-entry.ts'

export type StateFilter = 'all' | 'running' | 'failed'
export type LogQuery = { readonly text: string; readonly state: StateFilter }

const FINAL = new Set(['done', 'failed', 'cancelled'])

/** Not at its last byte yet. */
export const isRunning = (entry: LogEntry) => !FINAL.has(entry.state)
export const isFailed = (entry: LogEntry) => entry.state === 'failed'

/** Entries in which every word of the text occurs somewhere. */
export function filterEntries(entries: readonly LogEntry[], query: LogQuery): readonly LogEntry[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && query.state === 'all') return entries
  return entries.filter((entry) => matchesState(entry, query.state) && matchesWords(entry, words))
}

function matchesState(entry: LogEntry, state: StateFilter): boolean {
  if (state === 'running') return isRunning(entry)
  return state === 'all' || isFailed(entry)
}

function matchesWords(entry: LogEntry, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const text = searchText(entry)
  return words.every((word) => text.includes(word))
}

function searchText(entry: LogEntry): string {
  const { id, state, status, path, protocol, keyName, client, modelIn, modelOut, provider, accountName } =
    entry
  return [id, state, status, path, protocol, keyName, client, modelIn, modelOut, provider, accountName]
    .concat([entry.errorKind, entry.errorMessage, entry.denyReason])
    .join('\n')
    .toLowerCase()
}
