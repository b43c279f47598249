import type { CancelSource } from './cancel-signal.ts'
import type { Clock } from './clock.ts'
import type { ProxyOptions } from './create-proxy.ts'
import { describeAttention } from './describe-attention.ts'
import type { ControlSessions } from './http/control-session.ts'
import type { KeyUse } from './http/key-limits.ts'
import type { Stores } from './open-stores.ts'
import type { AccountPool } from './pool/account-pool.ts'
import { viewAccounts } from './pool/account-view.ts'
import type { ServingState } from './serving-state.ts'
import type { Slots } from './slots.ts'

/** Everything that lives as long as the proxy. */
export type House = {
  readonly options: ProxyOptions
  readonly clock: Clock
  readonly stores: Stores
  readonly sessions: ControlSessions
  readonly pool: AccountPool
  readonly serving: ServingState
  readonly announce: () => void
  readonly active: Slots<CancelSource>
  readonly tally: { requests: number; failures: number }
  readonly keyUse: Map<string, number>
  readonly keyLimits: KeyUse
}

/** The accounts as the screen may see them. */
export function accountsOf({ pool, stores, clock }: House) {
  const settings = stores.settings.get()
  return viewAccounts(pool, settings.accounts, settings.pool.perAccountInflight, clock)
}

const USABLE: ReadonlySet<string> = new Set(['ready', 'busy', 'untested'])

/** What the status says of everything but the port. */
export function describeHouse(house: House) {
  const { options, stores, serving, tally } = house
  const accounts = accountsOf(house)
  return {
    version: options.version,
    home: options.home,
    mode: options.mode,
    requests: tally.requests,
    failures: tally.failures,
    accounts: { total: accounts.length, usable: accounts.filter(({ health }) => USABLE.has(health)).length },
    attention: describeAttention({
      notices: options.notices ?? [],
      accounts,
      warnings: [...stores.settings.warnings, ...serving.problems()],
      logProblem: stores.log.stats().problem,
      hasKeys: serving.keyRing().keys.length > 0,
      hasWeakKey: serving.keyRing().hasWeakKey && !stores.settings.get().server.acceptWeakKeys,
      unreadableCredentials: stores.credentials.unreadable().length,
    }),
  }
}
