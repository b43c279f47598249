import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { watchSleep } from './watch-sleep.ts'

it('REL-39: after a sleep the proxy is told how long it was, also where the clock went back meanwhile', () => {
  const power = new EventEmitter()
  let now = 1000
  const told: number[] = []
  watchSleep(
    power,
    () => now,
    (sleptMs) => told.push(sleptMs),
  )
  power.emit('suspend')
  now += 600_000
  power.emit('resume')
  power.emit('resume')
  power.emit('suspend')
  now -= 5000
  power.emit('resume')
  expect(told).toEqual([600_000, 0, 0])
})
