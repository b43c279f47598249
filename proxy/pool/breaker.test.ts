import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../test/support/test-pool.ts'
import {
  type Breaker,
  createBreaker,
  isEjected,
  markLent,
  recordFailure,
  recordNothing,
  recordSuccess,
} from './breaker.ts'

const settings = DEFAULTS.breaker
const fail = (breaker: Breaker, now: number, isProbe = false, mayEject = true) =>
  recordFailure(breaker, { settings, now, isProbe, mayEject })

function open(now: number): Breaker {
  const breaker = createBreaker()
  for (let count = 0; count < settings.consecutiveFailures; count++) fail(breaker, now)
  return breaker
}

describe('REL-16: the breaker', () => {
  it('opens on the fifth failure in a row and not before', () => {
    const breaker = createBreaker()
    expect([1, 2, 3, 4, 5].map(() => fail(breaker, 0))).toEqual([false, false, false, false, true])
    expect([isEjected(breaker, 0), isEjected(breaker, 29_999), isEjected(breaker, 30_000)]).toEqual([
      true,
      true,
      false,
    ])
  })

  it('opens when half of at least ten requests within a minute fail', () => {
    const breaker = createBreaker()
    const results: boolean[] = []
    for (let count = 0; count < 10; count++) {
      if (count % 2 === 0) recordSuccess(breaker, { settings, now: count, isProbe: false })
      else results.push(fail(breaker, count))
    }
    expect(results).toEqual([false, false, false, false, true])
  })

  it('forgets what is older than its window', () => {
    const breaker = createBreaker()
    for (let count = 0; count < 4; count++) fail(breaker, 0)
    recordSuccess(breaker, { settings, now: 1, isProbe: false })
    for (let count = 0; count < 5; count++) recordSuccess(breaker, { settings, now: 61_000, isProbe: false })
    for (let count = 0; count < 4; count++) expect(fail(breaker, 61_001)).toBe(false)
    expect(breaker.outcomes).toHaveLength(9)
  })

  it('rests longer with each probe that fails, five minutes at most', () => {
    const breaker = open(0)
    const rests: number[] = []
    let now = breaker.openUntil
    for (let probe = 0; probe < 12; probe++) {
      expect(markLent(breaker)).toBe(true)
      fail(breaker, now, true)
      rests.push(breaker.openUntil - now)
      now = breaker.openUntil
    }
    expect(rests.slice(0, 4)).toEqual([60_000, 90_000, 120_000, 150_000])
    expect(Math.max(...rests)).toBe(300_000)
  })

  it('closes with a probe that succeeds, and only with a probe', () => {
    const breaker = open(0)
    recordSuccess(breaker, { settings, now: 10, isProbe: false })
    expect(isEjected(breaker, 20)).toBe(true)
    markLent(breaker)
    recordSuccess(breaker, { settings, now: 30_000, isProbe: true })
    expect([isEjected(breaker, 30_000), breaker.openings, breaker.consecutive]).toEqual([false, 0, 0])
  })

  it('a probe that says nothing lets another one out; an older request that says nothing does not', () => {
    const breaker = open(0)
    markLent(breaker)
    recordNothing(breaker, false)
    expect(isEjected(breaker, 30_000)).toBe(true)
    recordNothing(breaker, true)
    expect(isEjected(breaker, 30_000)).toBe(false)
  })

  it('never has two probes out, never rests longer than it may, and always recovers, for any history', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 200_000 }),
      what: fc.constantFrom('lend', 'ok', 'failed', 'nothing'),
      which: fc.nat(),
      mayEject: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const breaker = createBreaker()
        const out: boolean[] = []
        let now = 0
        for (const { waitMs, what, which, mayEject } of steps) {
          now += waitMs
          if (what === 'lend' && !isEjected(breaker, now)) out.push(markLent(breaker))
          else if (what !== 'lend' && out.length > 0) {
            const [isProbe = false] = out.splice(which % out.length, 1)
            if (what === 'ok') recordSuccess(breaker, { settings, now, isProbe })
            else if (what === 'nothing') recordNothing(breaker, isProbe)
            else fail(breaker, now, isProbe, mayEject)
          }
          expect(out.filter(Boolean).length).toBeLessThanOrEqual(1)
          expect(breaker.openUntil - now).toBeLessThanOrEqual(settings.openMaxMs)
          expect(breaker.outcomes.length).toBeLessThanOrEqual(200)
        }
        for (const isProbe of out) recordNothing(breaker, isProbe)
        now = Math.max(now, breaker.openUntil)
        expect(isEjected(breaker, now)).toBe(false)
        const isProbe = markLent(breaker)
        recordSuccess(breaker, { settings, now, isProbe })
        expect(breaker.openings).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })
})
