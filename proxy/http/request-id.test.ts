import { describe, expect, it } from 'vitest'
import { requestIdOf } from './request-id.ts'

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const NOW = 1_764_400_000_000

describe('The id of a request', () => {
  it('is a new UUID of version 7 where the client gives none, in the order of time', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => requestIdOf(undefined, NOW + index))
    for (const id of ids) expect(id).toMatch(UUID_7)
    expect(new Set(ids.map((id) => id.slice(14))).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(ids)
    expect(Number.parseInt(ids[7]?.slice(0, 13).replace('-', '') ?? '', 16)).toBe(NOW + 7)
  })

  it('is the client’s own where that is a plain word (SEC-29)', () => {
    expect(requestIdOf('run_7.a-b', NOW)).toBe('run_7.a-b')
    for (const given of ['', 'two words', 'a\nb', 'x'.repeat(65), 'é', ['a', 'b']])
      expect(requestIdOf(given, NOW)).toMatch(UUID_7)
  })
})
