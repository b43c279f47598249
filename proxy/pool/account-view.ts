import type { Account } from '../../contract/account.ts'
import type { AccountSetting } from '../../contract/settings.ts'
import type { Clock } from '../clock.ts'
import type { AccountPool, PoolAccount } from './account-pool.ts'
import type { AccountState } from './account-state.ts'
import { inFlightLimit } from './choose-account.ts'
import { isAnonymous } from './pool-accounts.ts'

/** The accounts as the screen may see them: their state, never their credentials. */
export function viewAccounts(
  pool: AccountPool,
  settings: readonly AccountSetting[],
  inflightLimit: number,
  clock: Clock,
): Account[] {
  const hints = new Map(settings.map((setting) => [setting.id, setting.hint ?? null]))
  return pool
    .accounts()
    .filter(({ account }) => !isAnonymous(account))
    .map(({ account, state }) => ({
      id: account.id,
      provider: account.provider,
      name: account.name,
      enabled: account.enabled,
      priority: account.priority,
      weight: account.weight,
      ...viewHealth(account, state, inflightLimit, clock),
      lastUsedAt: state.lastUsedAt,
      inFlight: state.inFlight,
      credentialHint: hints.get(account.id) ?? null,
    }))
}

function viewHealth(
  account: PoolAccount,
  state: AccountState,
  inflightLimit: number,
  clock: Clock,
): Pick<Account, 'health' | 'healthReason' | 'availableAt'> {
  const now = clock.monotonic()
  const wall = (monotonic: number) => Math.round(clock.now() + monotonic - now)
  if (!account.enabled)
    return {
      health: 'disabled',
      healthReason: account.credential === '' ? 'its credential is missing' : null,
      availableAt: null,
    }
  if (state.blockedUntil > now)
    return { health: state.health, healthReason: state.healthReason, availableAt: wall(state.blockedUntil) }
  const cooling = [...state.coolingUntil].filter(([, until]) => until > now)
  if (cooling.length > 0) {
    const models = cooling.map(([model]) => model).join(', ')
    return {
      health: 'cooling',
      healthReason: `rate limit reached for ${models}`,
      availableAt: wall(Math.min(...cooling.map(([, until]) => until))),
    }
  }
  if (state.inFlight >= inFlightLimit(account, inflightLimit))
    return { health: 'busy', healthReason: null, availableAt: null }
  return { health: state.lastUsedAt === null ? 'untested' : 'ready', healthReason: null, availableAt: null }
}
