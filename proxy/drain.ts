import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { CancelSource } from './cancel-signal.ts'
import { ChatError } from './chat/chat-error.ts'
import { type Clock, delay } from './clock.ts'
import type { Listener } from './http/listener.ts'

/** How long a stream may take to send its last frame, and how often a drain looks whether all is done. */
const LAST_FRAME_MS = 1000
const LOOK_MS = 20

export type Drain = {
  readonly listener: Listener
  /** The requests that must end: all that there are, or those that began before a move. */
  readonly requests: Iterable<CancelSource>
  /** The requests being relayed now. */
  readonly active: Iterable<CancelSource>
  readonly clock: Clock
  readonly graceMs: number
  /** True while kept connections may stay for one more request each. */
  readonly mayLinger: () => boolean
}

/** Lets requests finish for the grace, then ends them with an error frame of their protocol, then cuts what is left. */
export async function drain({ listener, requests, active, clock, graceMs, mayLinger }: Drain): Promise<void> {
  const stillActive = () => {
    const now = new Set(active)
    return [...requests].filter((request) => now.has(request))
  }
  const isBusy = () => stillActive().length > 0
  await untilDone(() => isBusy() || (mayLinger() && listener.hasConnections()), graceMs)
  for (const request of stillActive())
    request.abort(new ChatError('draining', 'Portside is stopping; send the request again'))
  await untilDone(isBusy, LAST_FRAME_MS)
  // The last answers may wait for the end of this turn of the loop.
  await endOfTurn()
  listener.destroyAll()

  async function untilDone(goesOn: () => boolean, longestMs: number): Promise<void> {
    const until = clock.monotonic() + longestMs
    const never = new AbortController().signal
    while (goesOn() && clock.monotonic() < until) await delay(clock, LOOK_MS, never)
  }
}
