import { performance } from 'node:perf_hooks'
import type { Timer } from './clock.ts'

/** Lists that may be kept for their delay while no timer is in them. */
const MOST_LISTS = 64

/**
 * Timers that share Node's. A request sets several, begins some anew with every event, and cancels all of them; Node's
 * own cost it a microsecond each time. Timers of one delay are due in the order in which they were set, so each delay
 * has one list and one Node timer, and setting or cancelling a timer changes a few links.
 */
export function createSharedTimers(): (delayMs: number, ring: () => void) => Timer {
  const lists = new Map<number, TimerList>()

  function dropEmpty(): void {
    for (const [delayMs, list] of lists) {
      if (!list.isEmpty) continue
      list.stop()
      lists.delete(delayMs)
    }
  }

  return (delayMs, ring) => {
    let list = lists.get(delayMs)
    if (list === undefined) {
      if (lists.size >= MOST_LISTS) dropEmpty()
      list = new TimerList(delayMs)
      lists.set(delayMs, list)
    }
    return new SharedTimer(list, ring)
  }
}

/** One timer: in its list while it runs. */
class SharedTimer implements Timer {
  dueAt = 0
  previous: SharedTimer | undefined
  next: SharedTimer | undefined
  isSet = false
  readonly ring: () => void
  readonly #list: TimerList

  constructor(list: TimerList, ring: () => void) {
    this.#list = list
    this.ring = ring
    list.append(this)
  }

  restart(): void {
    if (this.isSet) this.#list.remove(this)
    this.#list.append(this)
  }

  cancel(): void {
    if (!this.isSet) return
    this.#list.remove(this)
    this.#list.rest()
  }
}

/** All running timers of one delay, the one that is due first in front. */
class TimerList {
  readonly #delayMs: number
  #first: SharedTimer | undefined
  #last: SharedTimer | undefined
  /** Rings no later than the first timer is due; stays, without keeping the process alive, while the list is empty. */
  #timeout: NodeJS.Timeout | undefined
  #isResting = false

  constructor(delayMs: number) {
    // Nothing that is set while the list rings is due at once.
    this.#delayMs = Math.max(1, delayMs)
  }

  get isEmpty(): boolean {
    return this.#first === undefined
  }

  append(timer: SharedTimer): void {
    // Whole: V8 keeps other numbers in objects of their own, which live as long as the timer.
    timer.dueAt = Math.ceil(performance.now() + this.#delayMs)
    timer.isSet = true
    timer.previous = this.#last
    if (this.#last === undefined) this.#first = timer
    else this.#last.next = timer
    this.#last = timer
    if (this.#timeout === undefined) this.#wait(this.#delayMs)
    else if (this.#isResting) this.#timeout.ref()
    this.#isResting = false
  }

  remove(timer: SharedTimer): void {
    const { previous, next } = timer
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    timer.previous = undefined
    timer.next = undefined
    timer.isSet = false
  }

  /** Lets the process end where no timer runs any more. */
  rest(): void {
    if (this.#first !== undefined || this.#isResting) return
    this.#timeout?.unref()
    this.#isResting = true
  }

  stop(): void {
    clearTimeout(this.#timeout)
    this.#timeout = undefined
  }

  #wait(delayMs: number): void {
    this.#timeout = setTimeout(TimerList.#onTimeout, delayMs, this)
  }

  /** Rings what is due. A ring may set, begin anew or cancel any timer of the list, and may throw. */
  static #onTimeout(this: void, list: TimerList): void {
    const now = performance.now()
    try {
      for (let timer = list.#first; timer !== undefined && timer.dueAt < now + 1; timer = list.#first) {
        list.remove(timer)
        timer.ring()
      }
    } finally {
      // Until here the old timeout stands, so that whoever set a timer meanwhile did not set Node's.
      const first = list.#first
      list.#timeout = undefined
      list.#isResting = false
      if (first !== undefined) list.#wait(first.dueAt - performance.now())
    }
  }
}
