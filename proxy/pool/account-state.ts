import type { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import type { PoolAccount } from './account-pool.ts'
import { type Breaker, type BreakerSettings, createBreaker, isEjected, recordFailure } from './breaker.ts'

/** The part of the settings that the pool reads; times in milliseconds. */
export type PoolSettings = {
  readonly strategy: 'round-robin' | 'least-busy' | 'fill-first' | 'priority' | 'sticky'
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
  readonly breaker: BreakerSettings & { readonly maxEjectedRatio: number }
}

/** What the pool remembers of one account. Points in time are on the monotonic clock, but `lastUsedAt` is wall time. */
export type AccountState = {
  inFlight: number
  /** Rises by 1/weight with every lease: the lowest is next in turn. */
  turns: number
  lastUsedAt: number | null
  /** When the next request may start, where the provider asks for pauses. */
  nextStartAt: number
  health: 'ready' | 'needs-sign-in' | 'quota' | 'muted' | 'blocked'
  healthReason: string | null
  /** The whole account rests until then. */
  blockedUntil: number
  /** Model → when its rate limit is over, and how often it was hit in a row. */
  readonly coolingUntil: Map<string, number>
  readonly rateLimitLevel: Map<string, number>
  /** Model → until when the account is taken not to have it. */
  readonly lacksUntil: Map<string, number>
  readonly breaker: Breaker
}

export function createAccountState(): AccountState {
  return {
    inFlight: 0,
    turns: 0,
    lastUsedAt: null,
    nextStartAt: 0,
    health: 'ready',
    healthReason: null,
    blockedUntil: 0,
    coolingUntil: new Map(),
    rateLimitLevel: new Map(),
    lacksUntil: new Map(),
    breaker: createBreaker(),
  }
}

/** Why an account cannot serve now. `availableInMs` where time alone will help. */
export type Unusable = {
  readonly why: 'disabled' | 'blocked' | 'muted' | 'lacks-model' | 'cooling' | 'ejected'
  readonly text: string
  readonly availableInMs: number | undefined
}

/** Why an account cannot serve a model; undefined where it can. `now` is on the monotonic clock. */
export function findUnusable(
  state: AccountState,
  account: PoolAccount,
  model: string,
  now: number,
): Unusable | undefined {
  const { name } = account
  if (!account.enabled)
    return { why: 'disabled', text: `"${name}" is switched off`, availableInMs: undefined }
  if (state.blockedUntil > now) {
    const why = state.health === 'muted' ? 'muted' : 'blocked'
    return { why, text: `"${name}": ${state.healthReason ?? 'resting'}`, availableInMs: undefined }
  }
  if ((state.lacksUntil.get(model) ?? 0) > now)
    return {
      why: 'lacks-model',
      text: `"${name}" does not have the model ${model}`,
      availableInMs: undefined,
    }
  const cooling = (state.coolingUntil.get(model) ?? 0) - now
  if (cooling > 0)
    return {
      why: 'cooling',
      text: `"${name}" reached a rate limit and may be used again in ${Math.ceil(cooling / 1000)} s`,
      availableInMs: cooling,
    }
  if (isEjected(state.breaker, now))
    return {
      why: 'ejected',
      text: `"${name}" failed several times in a row and rests`,
      availableInMs: Math.max(1000, state.breaker.openUntil - now),
    }
  return undefined
}

/** How long an account that said "no such model" is taken at its word. */
const LACKS_MODEL_MS = 600_000

/** Failures of this machine's own network blame no account (REL-14). */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  'connection',
  'dns',
  'network',
  'network_changed',
  'refused_address',
  'stale_socket',
])

const DAY_MS = 86_400_000
/** Mutes of three days have been seen; a point in time further off than this is taken for a mistake. */
export const LONGEST_MUTE_MS = 30 * DAY_MS

export type Blame = {
  readonly model: string
  readonly error: ChatError
  readonly settings: PoolSettings
  readonly clock: Clock
  /** The attempt was the one that a half-open breaker lets through. */
  readonly isProbe: boolean
  /** False where this is one of the last accounts that can still serve. */
  readonly mayEject: boolean
}

/** What a failure costs the account: rate limits rest (account, model), refused credentials the account, faults count. */
export function penalise(state: AccountState, blame: Blame): void {
  const { model, error, settings, clock, isProbe, mayEject } = blame
  const now = clock.monotonic()
  switch (error.kind) {
    case 'rate-limited':
      return coolDown(state, model, error.retryAfterMs, settings, now)
    case 'upstream-auth':
      return block(state, 'needs-sign-in', error, settings, now)
    case 'quota-exhausted':
      return block(state, 'quota', error, settings, now)
    case 'check-required':
      return block(state, 'needs-sign-in', error, settings, now)
    case 'account-muted':
      return mute(state, error, now)
    case 'model-not-found':
      state.lacksUntil.set(model, now + LACKS_MODEL_MS)
      return
    case 'upstream-untrusted':
      // A certificate that is not valid stays so until somebody changes something; a redirect blames nobody.
      if (error.code === 'tls') block(state, 'blocked', error, settings, now)
      return
    case 'overloaded':
    case 'upstream-unavailable':
    case 'upstream-changed':
    case 'upstream-truncated':
    case 'timed-out':
      if (!LOCAL_CODES.has(error.code ?? ''))
        recordFailure(state.breaker, { settings: settings.breaker, now, isProbe, mayEject })
      return
    default:
      return
  }
}

function coolDown(
  state: AccountState,
  model: string,
  retryAfterMs: number | undefined,
  settings: PoolSettings,
  now: number,
): void {
  if (!settings.cooldown.enabled) return
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

/** A mute is kept to whatever the settings say of cooldowns: asking on is what makes it longer. */
function mute(state: AccountState, error: ChatError, now: number): void {
  state.health = 'muted'
  state.healthReason = error.message
  state.blockedUntil = now + Math.min(LONGEST_MUTE_MS, error.retryAfterMs ?? DAY_MS)
}

function block(
  state: AccountState,
  health: 'needs-sign-in' | 'quota' | 'blocked',
  error: ChatError,
  settings: PoolSettings,
  now: number,
): void {
  if (!settings.cooldown.enabled) return
  state.health = health
  state.healthReason = error.message
  state.blockedUntil = now + (error.retryAfterMs ?? settings.cooldown.authMs)
}
