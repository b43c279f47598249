import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock, Timer } from './clock.ts'

/** V8 collects when somebody allocates: what a burst leaves behind would stay for as long as nobody asks anything. */
const QUIET_MS = 1000
/** A collection takes up to a tenth of a second: less than this is not worth it. */
const WORTH_BYTES = 25_165_824

export type IdleCollection = {
  /** A request came. */
  touch(): void
  stop(): void
}

export type IdleCollectionOptions = {
  readonly clock: Clock
  /** Says whether a request is under way. */
  readonly isBusy: () => boolean
  /** Undefined where nobody can collect. */
  readonly collect: (() => void) | undefined
  /** What could be given back is a part of this. */
  readonly heldBytes: () => number
}

/** Gives the memory of a burst back when nothing was asked for a second and nothing is under way. */
export function createIdleCollection({
  clock,
  isBusy,
  collect,
  heldBytes,
}: IdleCollectionOptions): IdleCollection {
  let timer: Timer | undefined
  let isTouched = false
  let leftBytes = heldBytes()

  function ring(): void {
    timer = undefined
    if (isTouched || isBusy()) return wait()
    if (heldBytes() - leftBytes < WORTH_BYTES) return
    collect?.()
    leftBytes = heldBytes()
  }

  function wait(): void {
    isTouched = false
    timer = clock.timer(QUIET_MS, ring)
  }

  return {
    touch() {
      isTouched = true
      if (timer === undefined && collect !== undefined) wait()
    },
    stop() {
      timer?.cancel()
      timer = undefined
    },
  }
}

/**
 * V8's own full collection, of the kind that gives pages back; undefined where it cannot be had. Only where Node is the whole program: Electron may have
 * closed V8's flags by then.
 */
export function findCollector(): (() => void) | undefined {
  if (process.versions.electron !== undefined) return undefined
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  return typeof collect === 'function'
    ? () => void collect({ type: 'major', flavor: 'last-resort' })
    : undefined
}

/** What V8 holds of this machine's memory, used or not, inside and outside of its heap. */
export function heldHeapBytes(): number {
  const { total_heap_size: inside, external_memory: outside } = getHeapStatistics()
  return inside + outside
}
