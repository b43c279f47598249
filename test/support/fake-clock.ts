import type { Clock } from '../../proxy/clock.ts'

export type FakeClock = Clock & {
  /** Moves time on, ringing every timer on the way in order, with pending promises settled in between. */
  advance(byMs: number): Promise<void>
  /** Moves the wall clock alone: somebody set the time. */
  jumpWall(byMs: number): void
  /** Both clocks move on and no timer rings: the machine slept. What was due rings with the next `advance`. */
  sleep(byMs: number): void
  readonly pendingTimers: number
}

/** A clock that stands still until it is told otherwise. */
export function createFakeClock(wallStart = Date.UTC(2026, 10, 21)): FakeClock {
  let monotonic = 0
  let wallOffset = wallStart
  let sequence = 0
  const timers = new Map<number, { at: number; delayMs: number; ring: () => void }>()
  const settle = async () => {
    for (let round = 0; round < 20; round++) await Promise.resolve()
  }
  return {
    now: () => wallOffset + monotonic,
    monotonic: () => monotonic,
    timer(delayMs, ring) {
      const id = ++sequence
      const timer = { at: monotonic + delayMs, delayMs, ring }
      timers.set(id, timer)
      return {
        restart() {
          timer.at = monotonic + delayMs
          timers.set(id, timer)
        },
        cancel: () => void timers.delete(id),
      }
    },
    async advance(byMs) {
      const until = monotonic + byMs
      await settle()
      for (;;) {
        const [next] = [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)
        if (next === undefined) break
        monotonic = Math.max(monotonic, next[1].at)
        timers.delete(next[0])
        next[1].ring()
        await settle()
      }
      monotonic = until
      await settle()
    },
    jumpWall(byMs) {
      wallOffset += byMs
    },
    sleep(byMs) {
      monotonic += byMs
    },
    get pendingTimers() {
      return timers.size
    },
  }
}
