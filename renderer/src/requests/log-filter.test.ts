import { expect, test } from 'vitest'
import { filterEntries } from './log-filter.ts'
import { sampleEntry } from './sample-entry.ts'

const entries = [
  sampleEntry({ id: 'a', state: 'streaming', modelIn: 'gpt-5', status: 200 }),
  sampleEntry({
    id: 'b',
    state: 'failed',
    errorKind: 'rate-limited',
    errorMessage: 'Slow down',
    status: 429,
  }),
  sampleEntry({ id: 'c', state: 'cancelled', keyName: 'Mia tablet' }),
]
const found = (text: string, state: 'all' | 'running' | 'failed' = 'all') =>
  filterEntries(entries, { text, state }).map((entry) => entry.id)

test('an empty query changes nothing', () => {
  expect(filterEntries(entries, { text: '  ', state: 'all' })).toBe(entries)
})

test('every word must occur, in any field and any case', () => {
  expect([found('GPT-5'), found('429 slow'), found('429 gpt-5'), found('mia TABLET')]).toEqual([
    ['a'],
    ['b'],
    [],
    ['c'],
  ])
})

test('running and failed', () => {
  expect([found('', 'running'), found('', 'failed')]).toEqual([['a'], ['b']])
})
