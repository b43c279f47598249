import { OutcomeWindow } from './outcome-window.ts'

/** Settings of the breaker; times in milliseconds. */
export type BreakerSettings = {
  readonly enabled: boolean
  readonly consecutiveFailures: number
  readonly failureRatio: number
  readonly minimumRequests: number
  readonly windowMs: number
  readonly openMs: number
  readonly openMaxMs: number
}

/**
 * Keeps requests away from an account that fails. Closed: all pass. Open: none, until `openUntil`. Then half-open: one
 * probe passes, and its outcome decides. Points in time are on the monotonic clock.
 */
export type Breaker = {
  consecutive: number
  readonly outcomes: OutcomeWindow
  openUntil: number
  /** How often it opened in a row; zero while closed. */
  openings: number
  isProbing: boolean
}

export function createBreaker(): Breaker {
  return { consecutive: 0, outcomes: new OutcomeWindow(), openUntil: 0, openings: 0, isProbing: false }
}

export function isEjected(breaker: Breaker, now: number): boolean {
  return breaker.openings > 0 && (breaker.openUntil > now || breaker.isProbing)
}

/** Called when a lease goes out. In half-open it is the probe, and says so: only the probe's own outcome decides. */
export function markLent(breaker: Breaker): boolean {
  if (breaker.openings > 0) breaker.isProbing = true
  return breaker.isProbing
}

/** The outcome says nothing about the account (the client left, the request was wrong): a probe may be tried again. */
export function recordNothing(breaker: Breaker, isProbe: boolean): void {
  if (isProbe) breaker.isProbing = false
}

/** A success of a request that went out before the breaker opened does not close it. */
export function recordSuccess(
  breaker: Breaker,
  { settings, now, isProbe }: { settings: BreakerSettings; now: number; isProbe: boolean },
): void {
  breaker.outcomes.add(now, false, now - settings.windowMs)
  if (breaker.openings > 0 && !isProbe) return
  breaker.isProbing = false
  breaker.consecutive = 0
  breaker.openings = 0
}

export type Failure = {
  readonly settings: BreakerSettings
  readonly now: number
  readonly isProbe: boolean
  /** False for the last usable accounts (REL-15). */
  readonly mayEject: boolean
}

/** Returns true where the failure opened the breaker. */
export function recordFailure(breaker: Breaker, { settings, now, isProbe, mayEject }: Failure): boolean {
  if (isProbe) breaker.isProbing = false
  breaker.consecutive++
  breaker.outcomes.add(now, true, now - settings.windowMs)
  if (!settings.enabled) return false
  if (!mayEject) {
    // The others are gone meanwhile: the last one serves again rather than being probed one by one.
    if (isProbe) breaker.openings = 0
    return false
  }
  if (breaker.openings > 0 && !isProbe) return false
  if (!isProbe && !isOverLimit(breaker, settings)) return false
  breaker.openings++
  breaker.openUntil = now + Math.min(settings.openMaxMs, settings.openMs * breaker.openings)
  return true
}

function isOverLimit({ consecutive, outcomes }: Breaker, settings: BreakerSettings): boolean {
  if (consecutive >= settings.consecutiveFailures) return true
  return outcomes.length >= settings.minimumRequests && outcomes.failureRatio >= settings.failureRatio
}
