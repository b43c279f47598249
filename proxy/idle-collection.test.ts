import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../test/support/fake-clock.ts'
import { createIdleCollection, findCollector, heldHeapBytes } from './idle-collection.ts'

const MEGABYTE = 1_048_576

function watch() {
  const clock = createFakeClock()
  const state = { held: 50 * MEGABYTE, isBusy: false, collected: 0 }
  const collection = createIdleCollection({
    clock,
    isBusy: () => state.isBusy,
    heldBytes: () => state.held,
    collect() {
      state.collected++
      state.held = 52 * MEGABYTE
    },
  })
  return { clock, state, collection }
}

describe('When a burst of requests is over', () => {
  it('its memory is given back, once, after a quiet second', async () => {
    const { clock, state, collection } = watch()
    collection.touch()
    state.held = 90 * MEGABYTE
    await clock.advance(999)
    expect(state.collected).toBe(0)
    await clock.advance(1100)
    expect(state.collected).toBe(1)
    await clock.advance(60_000)
    expect([state.collected, clock.pendingTimers]).toEqual([1, 0])
  })

  it('nothing is collected while requests come or one is under way', async () => {
    const { clock, state, collection } = watch()
    state.held = 90 * MEGABYTE
    for (let count = 0; count < 50; count++) {
      collection.touch()
      await clock.advance(400)
    }
    state.isBusy = true
    await clock.advance(60_000)
    expect(state.collected).toBe(0)
    state.isBusy = false
    await clock.advance(1000)
    expect(state.collected).toBe(1)
  })

  it('little is left to V8, and what the last collection left counts as little', async () => {
    const { clock, state, collection } = watch()
    state.held = 70 * MEGABYTE
    collection.touch()
    await clock.advance(3000)
    expect(state.collected).toBe(0)
    state.held = 90 * MEGABYTE
    collection.touch()
    await clock.advance(3000)
    state.held = 75 * MEGABYTE
    collection.touch()
    await clock.advance(3000)
    expect(state.collected).toBe(1)
  })

  it('a proxy that stopped collects nothing more', async () => {
    const { clock, state, collection } = watch()
    collection.touch()
    state.held = 90 * MEGABYTE
    collection.stop()
    await clock.advance(60_000)
    expect([state.collected, clock.pendingTimers]).toEqual([0, 0])
  })

  it('V8 gives back what nobody holds any more', () => {
    const collect = findCollector()
    const hold = () => Array.from({ length: 400_000 }, (_, index) => ({ index: [index] })).length
    expect(hold()).toBe(400_000)
    const before = heldHeapBytes()
    collect?.()
    expect(before - heldHeapBytes()).toBeGreaterThan(10 * MEGABYTE)
  })
})
