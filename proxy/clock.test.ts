import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { systemClock } from './clock.ts'

/** Rings so far, as milliseconds since the start. */
function watch(delayMs: number) {
  const rings: number[] = []
  const startedAt = performance.now()
  const timer = systemClock.timer(delayMs, () => void rings.push(performance.now() - startedAt))
  return { timer, rings }
}

describe('A timer of the system’s clock', () => {
  it('rings once, after its delay', async () => {
    const { rings } = watch(30)
    await wait(15)
    expect(rings).toEqual([])
    await wait(150)
    expect(rings).toHaveLength(1)
    expect(rings[0]).toBeGreaterThanOrEqual(29)
  })

  it('begins its delay anew with each restart, and again after it rang', async () => {
    const { timer, rings } = watch(60)
    for (let count = 0; count < 6; count++) {
      await wait(20)
      timer.restart()
    }
    expect(rings).toEqual([])
    await wait(200)
    expect(rings).toHaveLength(1)
    expect(rings[0]).toBeGreaterThanOrEqual(6 * 20 + 59 - 6)
    timer.restart()
    await wait(200)
    expect(rings).toHaveLength(2)
  })

  it('never rings when it was cancelled, restarted before or not', async () => {
    const plain = watch(20)
    plain.timer.cancel()
    const restarted = watch(20)
    await wait(10)
    restarted.timer.restart()
    await wait(15)
    restarted.timer.cancel()
    await wait(100)
    expect([plain.rings, restarted.rings]).toEqual([[], []])
  })

  it('waits as long as it can where the delay is longer than Node keeps', async () => {
    const { timer, rings } = watch(Number.MAX_SAFE_INTEGER)
    await wait(20)
    expect(rings).toEqual([])
    timer.cancel()
  })
})
