import type { Clock, Timer } from '../clock.ts'

/** How much may be held back before the first output: then the answer is committed all the same (REL-10). */
const HOLD_EVENTS = 64
const HOLD_BYTES = 262_144
const HOLD_MS = 10_000

/** What of an answer waits for its first output, so that a failure until then is no failure for the client. */
export class HoldBack {
  readonly #clock: Clock
  readonly #onTimeOver: () => void
  #held: Uint8Array[] = []
  #bytes = 0
  #timer: Timer | undefined

  constructor(clock: Clock, onTimeOver: () => void) {
    this.#clock = clock
    this.#onTimeOver = onTimeOver
  }

  /** Returns true where no more may wait. */
  hold(chunk: Uint8Array): boolean {
    this.#held.push(chunk)
    this.#bytes += chunk.length
    return this.#held.length >= HOLD_EVENTS || this.#bytes >= HOLD_BYTES
  }

  /** From the first call on the time runs, with or without anything held. */
  limitTime(): void {
    this.#timer ??= this.#clock.timer(HOLD_MS, this.#onTimeOver)
  }

  /** Hands over what waited; nothing waits any more. */
  take(): readonly Uint8Array[] {
    const held = this.#held
    this.#held = []
    return held
  }

  stop(): void {
    this.#timer?.cancel()
  }
}
