import type { Clock, Timer } from '../clock.ts'

/** One timer for the next moment at which time alone makes an account usable: whoever waits is then served. */
export function createWakeUp(clock: Clock, ring: () => void) {
  let next: { readonly at: number; readonly timer: Timer } | undefined

  function cancel(): void {
    next?.timer.cancel()
    next = undefined
  }

  return {
    cancel,
    /** The earliest end of a rest counts; a later one is looked up when it is the next. */
    expect(waitsMs: readonly number[]): void {
      const ahead = waitsMs.filter((waitMs) => waitMs > 0)
      if (ahead.length === 0) return
      const waitMs = Math.min(...ahead)
      const at = clock.monotonic() + waitMs
      if (next !== undefined && next.at <= at) return
      cancel()
      const timer = clock.timer(waitMs, () => {
        next = undefined
        ring()
      })
      next = { at, timer }
    },
  }
}
