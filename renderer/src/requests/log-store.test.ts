import { describe, expect, test } from 'vitest'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { countUnseen, emptyLog, type LogAction, type LogState, RING_SIZE, reduceLog } from './log-store.ts'
import { sampleEntry } from './sample-entry.ts'

const entry = (id: number, sequence = id, more: Partial<LogEntry> = {}) =>
  sampleEntry({ id: String(id).padStart(5, '0'), startedAt: 1_000 + id, sequence, ...more })
const ids = (state: LogState) => state.entries.map((shown) => Number(shown.id))
const storeOf = (...actions: readonly LogAction[]) => actions.reduce(reduceLog, emptyLog)
const loaded = (...entries: LogEntry[]): LogAction => ({ type: 'loaded', isFirst: true, entries })
const changed = (...entries: LogEntry[]): LogAction => ({ type: 'changed', entries })

describe('the log store', () => {
  test('shows the newest request first, whatever the order of arrival', () => {
    expect(ids(storeOf(loaded(entry(2), entry(1)), changed(entry(4), entry(3))))).toEqual([4, 3, 2, 1])
  })

  test('updates a request by its id, and takes the newest state of it', () => {
    const state = storeOf(
      loaded(entry(1, 1, { state: 'waiting' })),
      changed(entry(1, 3, { state: 'done' })),
      changed(entry(1, 2, { state: 'streaming' })),
    )
    expect(state.entries.map((shown) => shown.state)).toEqual(['done'])
  })

  test('leaves the identity of unchanged entries alone', () => {
    const before = storeOf(loaded(entry(1), entry(2)))
    const next = reduceLog(before, changed(entry(2, 9)))
    expect([next.entries[1] === before.entries[1], next.entries[0] === before.entries[0]]).toEqual([
      true,
      false,
    ])
  })

  test('holds the newest two thousand', () => {
    const many = Array.from({ length: RING_SIZE + 300 }, (_, index) => entry(index))
    const state = storeOf(changed(...many))
    expect([state.entries.length, ids(state)[0], ids(state).at(-1)]).toEqual([RING_SIZE, 2299, 300])
  })

  test('keeps still while paused, loses nothing, and catches up at once', () => {
    const paused = storeOf(
      loaded(entry(1, 1, { state: 'streaming' })),
      { type: 'paused' },
      changed(entry(2)),
      changed(entry(1, 5)),
    )
    expect([ids(paused), paused.entries[0]?.state, countUnseen(paused)]).toEqual([[1], 'streaming', 1])
    const resumed = reduceLog(paused, { type: 'resumed' })
    expect([ids(resumed), resumed.entries[1]?.state, countUnseen(resumed)]).toEqual([[2, 1], 'done', 0])
  })

  test('starts anew when it is loaded again, so that a cleared log is empty after a reconnect', () => {
    expect(ids(storeOf(loaded(entry(1), entry(2)), loaded(entry(2))))).toEqual([2])
  })

  test('adds older pages to what it has', () => {
    expect(ids(storeOf(loaded(entry(5)), { type: 'loaded', isFirst: false, entries: [entry(2)] }))).toEqual([
      5, 2,
    ])
  })

  test('is empty after clearing, also of what was held back', () => {
    const state = storeOf(loaded(entry(1)), { type: 'paused' }, changed(entry(2)), { type: 'cleared' })
    expect([ids(state), countUnseen(state)]).toEqual([[], 0])
  })
})
