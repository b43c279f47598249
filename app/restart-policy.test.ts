import { expect, test } from 'vitest'
import { restartAfter } from './restart-policy.ts'

test('REL-44: one end is followed by a start, the next waits longer, the third within a minute stays down', () => {
  expect(restartAfter([1_000], 1_000)).toEqual({ again: true, delayMs: 500 })
  expect(restartAfter([1_000, 9_000], 9_000)).toEqual({ again: true, delayMs: 1000 })
  expect(restartAfter([1_000, 9_000, 20_000], 20_000)).toEqual({ again: false })
})

test('what is more than a minute ago is forgiven', () => {
  expect(restartAfter([1_000, 9_000, 80_000], 80_000)).toEqual({ again: true, delayMs: 500 })
})
