import type { LogEntry } from '../../../contract/log-entry.ts'

/** How many requests the page holds; older ones stay in the log on disk. */
export const RING_SIZE = 2_000

export type LogState = {
  /** Newest first, at most `RING_SIZE`. */
  readonly entries: readonly LogEntry[]
  /** What came while paused: newest state of each, at most `RING_SIZE`. */
  readonly held: readonly LogEntry[]
  readonly isPaused: boolean
  readonly isLoaded: boolean
}

export type LogAction =
  /** A page of the stored log. `isFirst` starts anew: what the log no longer has is dropped. */
  | { readonly type: 'loaded'; readonly entries: readonly LogEntry[]; readonly isFirst: boolean }
  | { readonly type: 'changed'; readonly entries: readonly LogEntry[] }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'cleared' }

export const emptyLog: LogState = { entries: [], held: [], isPaused: false, isLoaded: false }

export function reduceLog(state: LogState, action: LogAction): LogState {
  switch (action.type) {
    case 'loaded':
      return load(state, action)
    case 'changed':
      return state.isPaused
        ? { ...state, held: merge(state.held, action.entries) }
        : { ...state, entries: merge(state.entries, action.entries) }
    case 'paused':
      return { ...state, isPaused: true }
    case 'resumed':
      return { ...state, isPaused: false, held: [], entries: merge(state.entries, state.held) }
    case 'cleared':
      return { ...state, entries: [], held: [] }
  }
}

/** How many requests came while paused that the list does not show yet. */
export function countUnseen(state: LogState): number {
  const shown = new Set(state.entries.map((entry) => entry.id))
  return state.held.filter((entry) => !shown.has(entry.id)).length
}

function load(state: LogState, page: { entries: readonly LogEntry[]; isFirst: boolean }): LogState {
  if (state.isPaused) return { ...state, held: merge(state.held, page.entries), isLoaded: true }
  return { ...state, entries: merge(page.isFirst ? [] : state.entries, page.entries), isLoaded: true }
}

/** Upserts by id. An entry that did not change keeps its identity, so its row is not drawn again. */
function merge(entries: readonly LogEntry[], changes: readonly LogEntry[]): readonly LogEntry[] {
  if (changes.length === 0) return entries
  const newest = new Map(entries.map((entry) => [entry.id, entry]))
  for (const change of changes) {
    const known = newest.get(change.id)
    if (!known || known.sequence < change.sequence) newest.set(change.id, change)
  }
  return [...newest.values()].sort(byNewest).slice(0, RING_SIZE)
}

function byNewest(one: LogEntry, other: LogEntry): number {
  return other.startedAt - one.startedAt || (one.id < other.id ? 1 : -1)
}
