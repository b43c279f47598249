import { expect, test } from 'vitest'
import { backOffMs, type FeedState, followFeed } from './live-feed.ts'

async function* values(...list: readonly (number | Error)[]) {
  for (const value of list) {
    if (value instanceof Error) throw value
    yield value
  }
}

test('a feed that drops is opened again, and waits longer while it stays away', async () => {
  const opened = [values(1, 2), values(new Error('away')), values(new Error('away')), values(3)]
  const seen: (number | FeedState | string)[] = []
  const stop = new AbortController()
  await followFeed<number>(
    {
      open: () => opened.shift() ?? Promise.reject(new Error('none left')),
      onValue: (value) => seen.push(value),
      onState: (state) => seen.push(state),
      sleep: async (delayMs) => {
        seen.push(`${delayMs} ms`)
        if (opened.length === 0) stop.abort()
      },
    },
    stop.signal,
  )
  expect(seen).toEqual([
    ...['connecting', 'live', 1, 2, 'lost', '250 ms'],
    ...['live', 'lost', '500 ms'],
    ...['live', 'lost', '1000 ms'],
    ...['live', 3, 'lost', '250 ms'],
  ])
})

test('the wait is bounded', () => {
  expect([1, 2, 5, 6, 50].map(backOffMs)).toEqual([250, 500, 4000, 8000, 8000])
})
