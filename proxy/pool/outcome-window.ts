const MOST_OUTCOMES = 200

/**
 * How requests ended lately, at most the last 200 of them. They stand in a ring of numbers: one comes with every request,
 * and an object for each would live for as long as the ring.
 */
export class OutcomeWindow {
  readonly #times = new Float64Array(MOST_OUTCOMES)
  readonly #failures = new Uint8Array(MOST_OUTCOMES)
  #first = 0
  #failed = 0
  length = 0

  /** Adds an outcome, and forgets those of `since` and before. Times are on one rising clock. */
  add(at: number, failed: boolean, since: number): void {
    while (this.length === MOST_OUTCOMES || (this.length > 0 && (this.#times[this.#first] ?? 0) <= since))
      this.#dropFirst()
    const place = (this.#first + this.length++) % MOST_OUTCOMES
    this.#times[place] = at
    this.#failures[place] = failed ? 1 : 0
    if (failed) this.#failed++
  }

  /** The share of failures, 0 to 1. */
  get failureRatio(): number {
    return this.length === 0 ? 0 : this.#failed / this.length
  }

  #dropFirst(): void {
    this.#failed -= this.#failures[this.#first] ?? 0
    this.#first = (this.#first + 1) % MOST_OUTCOMES
    this.length--
  }
}
