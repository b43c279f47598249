import type { Clock } from '../clock.ts'
import type { LeaseOutcome, PoolAccount } from './account-pool.ts'
import { type AccountState, type PoolSettings, penalise } from './account-state.ts'
import { isEjected, recordNothing, recordSuccess } from './breaker.ts'
import type { Entry } from './choose-account.ts'

/** What is remembered of a lease until it is given back. */
export type Lent = {
  readonly account: PoolAccount
  readonly state: AccountState
  readonly model: string
  /** It went out through a half-open breaker: its outcome decides. */
  readonly isProbe: boolean
}

export type SettlePorts = {
  readonly entries: ReadonlyMap<string, Entry>
  readonly settings: PoolSettings
  readonly clock: Clock
}

/** What an attempt's outcome means for its account. */
export function settleLease(lent: Lent, outcome: LeaseOutcome, ports: SettlePorts): void {
  const { state, model, isProbe } = lent
  const { settings, clock } = ports
  const now = clock.monotonic()
  if (outcome.kind === 'aborted') return recordNothing(state.breaker, isProbe)
  if (outcome.kind === 'failed') {
    const mayEject = mayEjectOneMore(lent.account, ports)
    penalise(state, { model, error: outcome.error, settings, clock, isProbe, mayEject })
    // What did not count against the breaker says nothing: a probe may go out again.
    return recordNothing(state.breaker, isProbe)
  }
  recordSuccess(state.breaker, { settings: settings.breaker, now, isProbe })
  // A late success of an older request does not end a rest that began meanwhile (REL-13).
  if ((state.coolingUntil.get(model) ?? 0) <= now) state.rateLimitLevel.delete(model)
  if (state.blockedUntil <= now) {
    state.health = 'ready'
    state.healthReason = null
  }
}

/** At most a share of a provider's accounts is ejected, and never the last one that can be used (REL-15). */
function mayEjectOneMore(candidate: PoolAccount, { entries, settings, clock }: SettlePorts): boolean {
  const now = clock.monotonic()
  const others = [...entries.values()].filter(
    ({ account }) =>
      account.provider === candidate.provider && account.enabled && account.id !== candidate.id,
  )
  const standing = others.filter(({ state }) => !isEjected(state.breaker, now))
  if (!standing.some(({ state }) => state.blockedUntil <= now)) return false
  const ejected = others.length - standing.length
  return (ejected + 1) / (others.length + 1) <= settings.breaker.maxEjectedRatio
}
