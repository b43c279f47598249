import { performance } from 'node:perf_hooks'
import type { CancelSignal } from './cancel-signal.ts'
import { createSharedTimers } from './shared-timers.ts'

/** Time, lent to whoever needs it, so that tests can hold it still. All values are in milliseconds. */
export type Clock = {
  /** Wall time since 1970: for showing and storing, never for measuring. */
  now(): number
  /** Rises evenly and never jumps: for durations and deadlines. */
  monotonic(): number
  /** Calls `ring` once after `delayMs`, unless cancelled; `restart` begins the delay anew. */
  timer(delayMs: number, ring: () => void): Timer
}

export type Timer = { restart(): void; cancel(): void }

/** The longest delay that a Node timer keeps; longer ones would ring at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

const setSharedTimer = createSharedTimers()

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: (delayMs, ring) => setSharedTimer(Math.min(delayMs, LONGEST_DELAY_MS), ring),
}

/** Waits `delayMs`. Rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, delayMs: number, signal: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const stop = () => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = clock.timer(delayMs, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}
