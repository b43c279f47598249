import { expect, test } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatUptime,
  plural,
} from './quantities.ts'

test('durations grow coarser as they grow longer', () => {
  expect([null, 0, 734, 1834, 14_249, 61_000].map(formatDuration)).toEqual([
    '–',
    '0 ms',
    '734 ms',
    '1.83 s',
    '14.2 s',
    '1 min 1 s',
  ])
})

test('sizes and counts', () => {
  expect([12, 2048, 5 * 1024 * 1024].map(formatBytes)).toEqual(['12 B', '2.0 kB', '5.0 MB'])
  expect([null, 1, 45_210, 1_204_000].map(formatCount)).toEqual(['–', '1', '45,210', '1.2M'])
  expect([plural(1, 'request'), plural(3, 'request')]).toEqual(['1 request', '3 requests'])
})

test('times', () => {
  expect(formatClock(new Date(2026, 10, 21, 9, 5, 3).getTime())).toBe('09:05:03')
  expect([0, 5 * 60_000, 26 * 3_600_000].map((age) => formatUptime(0, age))).toEqual([
    'less than a minute',
    '5 min',
    '1 d 2 h',
  ])
  expect([1, 30, 90, 7200, 200_000].map((age) => formatAgo(0, age * 1000))).toEqual([
    'now',
    '30 s ago',
    '1 min ago',
    '2 h ago',
    '2 d ago',
  ])
})
