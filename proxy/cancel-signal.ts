/** Who wants to know of a cancel. The object form is cheaper where it would be a closure for every request. */
export type CancelListener = (() => void) | { handleEvent(): void }

/** The part of an `AbortSignal` that requests need; every `AbortSignal` is one. */
export type CancelSignal = {
  readonly aborted: boolean
  readonly reason: unknown
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: CancelListener, options?: { readonly once?: boolean }): void
  removeEventListener(type: 'abort', listener: CancelListener): void
}

/**
 * Ends one request, like an `AbortController` and its signal in one. Node's own costs more than all the rest of a short
 * request's bookkeeping, and what listens to it outlives the request by several collections.
 */
export class CancelSource implements CancelSignal {
  #isAborted = false
  #reason: unknown
  #listeners: readonly CancelListener[] = NONE

  get aborted(): boolean {
    return this.#isAborted
  }

  get reason(): unknown {
    return this.#reason
  }

  get signal(): CancelSignal {
    return this
  }

  /** The first reason counts. Each listener is told once. */
  abort(reason: unknown): void {
    if (this.#isAborted) return
    this.#isAborted = true
    this.#reason = reason
    const listeners = this.#listeners
    this.#listeners = NONE
    for (const listener of listeners) {
      if (typeof listener === 'function') listener()
      else listener.handleEvent()
    }
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason
  }

  addEventListener(_type: 'abort', listener: CancelListener): void {
    if (this.#isAborted) return
    // Spread out, one listener would have room for seventeen.
    this.#listeners = this.#listeners.length === 0 ? [listener] : [...this.#listeners, listener]
  }

  removeEventListener(_type: 'abort', listener: CancelListener): void {
    this.#listeners =
      this.#listeners.length === 1 && this.#listeners[0] === listener
        ? NONE
        : this.#listeners.filter((other) => other !== listener)
  }
}

const NONE: readonly CancelListener[] = []
