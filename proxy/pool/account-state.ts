import type { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import type { PoolAccount } from './account-pool.ts'

/** The part of the settings that the pool reads; times in milliseconds. */
export type PoolSettings = {
  readonly perAccountInflight: number
  readonly queueSize: number | null
  readonly queueWaitMs: number
  readonly cooldown: {
    readonly enabled: boolean
    readonly rateLimitBaseMs: number
    readonly rateLimitMaxMs: number
    readonly retryAfterMaxMs: number
    readonly authMs: number
  }
}

/** What the pool remembers of one account. Points in time are on the monotonic clock, but `lastUsedAt` is wall time. */
export type AccountState = {
  inFlight: number
  turn: number
  lastUsedAt: number | null
  health: 'ready' | 'needs-sign-in' | 'quota'
  healthReason: string | null
  /** The whole account rests until then. */
  blockedUntil: number
  /** Model → when its rate limit is over, and how often it was hit in a row. */
  readonly coolingUntil: Map<string, number>
  readonly rateLimitLevel: Map<string, number>
}

export function createAccountState(): AccountState {
  return {
    inFlight: 0,
    turn: 0,
    lastUsedAt: null,
    health: 'ready',
    healthReason: null,
    blockedUntil: 0,
    coolingUntil: new Map(),
    rateLimitLevel: new Map(),
  }
}

/** Why an account cannot serve a model now; undefined where it can. */
export function usability(
  state: AccountState,
  account: PoolAccount,
  model: string,
  clock: Clock,
): { readonly why: string; readonly availableInMs: number | undefined } | undefined {
  const now = clock.monotonic()
  if (!account.enabled) return { why: `"${account.name}" is switched off`, availableInMs: undefined }
  if (state.blockedUntil > now)
    return { why: `"${account.name}": ${state.healthReason ?? 'resting'}`, availableInMs: undefined }
  const cooling = (state.coolingUntil.get(model) ?? 0) - now
  if (cooling > 0)
    return {
      why: `"${account.name}" reached a rate limit and may be used again in ${Math.ceil(cooling / 1000)} s`,
      availableInMs: cooling,
    }
  return undefined
}

/** What a failure costs the account: rate limits rest (account, model), refused credentials and quota the account. */
export function penalise(
  state: AccountState,
  model: string,
  error: ChatError,
  settings: PoolSettings,
  clock: Clock,
): void {
  if (!settings.cooldown.enabled) return
  switch (error.kind) {
    case 'rate-limited':
      return coolDown(state, model, error.retryAfterMs, settings, clock)
    case 'upstream-auth':
      return block(state, 'needs-sign-in', error, settings, clock)
    case 'quota-exhausted':
      return block(state, 'quota', error, settings, clock)
    default:
      return
  }
}

function coolDown(
  state: AccountState,
  model: string,
  retryAfterMs: number | undefined,
  settings: PoolSettings,
  clock: Clock,
): void {
  const now = clock.monotonic()
  const until = state.coolingUntil.get(model) ?? 0
  // Many answers of one burst count as one: the level rises once per window (REL-13).
  const isNewWindow = until <= now
  const level = (state.rateLimitLevel.get(model) ?? 0) + (isNewWindow ? 1 : 0)
  state.rateLimitLevel.set(model, level)
  const { rateLimitBaseMs, rateLimitMaxMs, retryAfterMaxMs } = settings.cooldown
  const backoffMs = Math.min(rateLimitMaxMs, rateLimitBaseMs * 2 ** Math.max(0, level - 1))
  const waitMs =
    retryAfterMs === undefined ? backoffMs : Math.min(retryAfterMaxMs, Math.max(1000, retryAfterMs))
  state.coolingUntil.set(model, Math.max(until, now + waitMs))
}

function block(
  state: AccountState,
  health: 'needs-sign-in' | 'quota',
  error: ChatError,
  settings: PoolSettings,
  clock: Clock,
): void {
  state.health = health
  state.healthReason = error.message
  state.blockedUntil = clock.monotonic() + settings.cooldown.authMs
}
