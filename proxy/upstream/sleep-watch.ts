import type { Clock, Timer } from '../clock.ts'

/** Notices that the machine slept: a timer that rings far too late. Watches only while something is under way. */
export type SleepWatch = {
  begin(): void
  end(): void
  /** Compares the time now, rather than at the next ring. */
  look(): void
}

const LOOK_MS = 5000
/** A busy process rings late too, by less than this. */
const LATE_MS = 30_000

/** `onWake` is told how long the sleep was, in milliseconds. */
export function createSleepWatch(clock: Clock, onWake: (sleptMs: number) => void): SleepWatch {
  let underWay = 0
  let timer: Timer | undefined
  let lastLookAt = 0

  function look(): void {
    if (timer === undefined) return
    const now = clock.monotonic()
    const lateMs = now - lastLookAt - LOOK_MS
    lastLookAt = now
    if (lateMs > LATE_MS) onWake(lateMs)
  }

  function ring(): void {
    look()
    timer?.restart()
  }

  return {
    look,
    begin() {
      underWay++
      if (timer !== undefined) return
      lastLookAt = clock.monotonic()
      timer = clock.timer(LOOK_MS, ring)
    },
    end() {
      underWay--
      if (underWay > 0) return
      timer?.cancel()
      timer = undefined
    },
  }
}
