import type { CancelSignal } from '../cancel-signal.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'

type Waiting<Want, Grant> = { readonly want: Want; grant(value: Grant): void; fail(error: unknown): void }

export type WaitOptions = { readonly size: number; readonly waitMs: number; readonly signal: CancelSignal }

/** First come, first served. Bounded by `size`; who waits longer than `waitMs` or goes away leaves the line. */
export function createWaitingLine<Want, Grant>(options: {
  readonly clock: Clock
  tryGrant(want: Want): Grant | undefined
}) {
  const line = new Set<Waiting<Want, Grant>>()

  /** Serves whoever can be served now, in order; somebody who cannot does not hold up those behind. */
  function advance(): void {
    if (line.size === 0) return
    for (const waiting of [...line]) {
      try {
        const grant = options.tryGrant(waiting.want)
        if (grant !== undefined) waiting.grant(grant)
      } catch (error) {
        waiting.fail(error)
      }
    }
  }

  function wait(want: Want, { size, waitMs, signal }: WaitOptions): Promise<Grant> {
    if (line.size >= size) return Promise.reject(queueFull())
    return new Promise((resolve, reject) => {
      const leave = () => {
        line.delete(waiting)
        timer.cancel()
        signal.removeEventListener('abort', onAbort)
      }
      const waiting: Waiting<Want, Grant> = {
        want,
        grant(value) {
          leave()
          resolve(value)
        },
        fail(error) {
          leave()
          reject(error)
        },
      }
      const onAbort = () => waiting.fail(signal.reason)
      const timer = options.clock.timer(waitMs, () => waiting.fail(queueFull()))
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      line.add(waiting)
    })
  }

  return { advance, wait, isEmpty: () => line.size === 0, length: () => line.size }
}

function queueFull(): ChatError {
  return new ChatError('queue-full', 'Every account is busy and the queue is full; try again shortly', {
    code: 'rate_limit_exceeded',
    retryAfterMs: 2000,
  })
}
