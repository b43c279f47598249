import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../test/support/fake-clock.ts'
import { endOnCrash } from './end-on-crash.ts'

function start(close: () => Promise<void>) {
  const host = new EventEmitter()
  const clock = createFakeClock()
  const told: string[] = []
  const exits: number[] = []
  endOnCrash({
    host,
    close,
    say: (text) => void told.push(text),
    exit: (code) => void exits.push(code),
    clock,
  })
  return { crash: () => host.emit('uncaughtException', new Error('a mistake')), clock, told, exits }
}

describe('REL-44: a mistake that nobody caught', () => {
  it('is told, and ends the process once answers under way are over', async () => {
    let finish = () => undefined as unknown
    const { crash, clock, told, exits } = start(
      () =>
        new Promise((resolve) => {
          finish = resolve as () => void
        }),
    )
    crash()
    await clock.advance(4000)
    expect([told[0]?.split('\n')[0], exits]).toEqual(['Error: a mistake', []])
    finish()
    await clock.advance(0)
    expect([exits, clock.pendingTimers]).toEqual([[1], 0])
  })

  it('waits five seconds for them and no longer', async () => {
    const { crash, clock, exits } = start(() => new Promise(() => undefined))
    crash()
    await clock.advance(4999)
    expect(exits).toEqual([])
    await clock.advance(1)
    expect(exits).toEqual([1])
  })

  it('ends it all the same where closing fails, and at once where another follows', async () => {
    const failing = start(() => Promise.reject(new Error('no')))
    failing.crash()
    await failing.clock.advance(0)
    expect(failing.exits).toEqual([1])
    const twice = start(() => new Promise(() => undefined))
    twice.crash()
    twice.crash()
    expect(twice.exits).toEqual([1])
  })
})
