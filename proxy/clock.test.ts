import { spawnSync } from 'node:child_process'
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

  it('rings in the order in which timers are due, whoever was set, begun anew or cancelled between', async () => {
    const rung: string[] = []
    const set = (name: string) => systemClock.timer(45, () => void rung.push(name))
    const [first, second, third] = [set('first'), set('second'), set('third')]
    await wait(20)
    first.restart()
    second.cancel()
    set('fourth')
    await wait(200)
    expect(rung).toEqual(['third', 'first', 'fourth'])
    third.cancel()
  })

  it('rings on time although another timer of its delay was set while one rang', async () => {
    const startedAt = performance.now()
    const rings: number[] = []
    systemClock.timer(70, () => void systemClock.timer(70, () => undefined))
    await wait(20)
    systemClock.timer(70, () => void rings.push(performance.now() - startedAt))
    await wait(115)
    expect(rings).toHaveLength(1)
  })

  it('does not ring again and again at once where a ring sets a timer without delay', async () => {
    let count = 0
    const again = () => {
      if (++count < 5) systemClock.timer(0, again)
    }
    systemClock.timer(0, again)
    expect(count).toBe(0)
    await wait(100)
    expect(count).toBe(5)
  })

  it('rings although the ring before it threw, and keeps no process alive when nothing is set', () => {
    const script = `
      import { systemClock } from ${JSON.stringify(import.meta.resolve('./clock.ts'))}
      process.on('uncaughtException', () => console.log('threw'))
      systemClock.timer(600_000, () => {}).cancel()
      systemClock.timer(20, () => { throw new Error('a ring') })
      systemClock.timer(20, () => console.log('rang'))`
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ stdout, status }).toEqual({ stdout: 'threw\nrang\n', status: 0 })
  })
})
