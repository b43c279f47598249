import type { Settings } from '../../contract/settings.ts'
import type { Provider } from '../providers/provider.ts'
import { readAccountSecret } from '../settings/account-secret.ts'
import type { CredentialStore } from '../settings/credential-store.ts'
import type { PoolAccount } from './account-pool.ts'

/** The name under which a provider without accounts is lent (a local server, the demo). */
const ANONYMOUS = 'no account'

/** The accounts of the settings with their credentials, and one anonymous account for each provider that needs none. */
export function poolAccounts(
  settings: Settings,
  providers: readonly Provider[],
  credentials: CredentialStore,
): PoolAccount[] {
  const known = new Set(providers.map(({ info }) => info.id))
  const accounts = settings.accounts
    .filter(({ provider }) => known.has(provider))
    .map((account, index) => {
      const secret = readAccountSecret(account, credentials)
      return {
        id: account.id ?? `account-${index}`,
        provider: account.provider,
        name: account.name ?? account.email ?? account.mobile ?? `${account.provider} ${index + 1}`,
        credential: secret?.apiKey ?? secret?.token ?? '',
        enabled: account.enabled && secret !== undefined,
        priority: account.priority,
        weight: account.weight,
      }
    })
  const owned = new Set(accounts.map(({ provider }) => provider))
  const anonymous = providers
    .filter(({ info }) => !info.needsAccount && !owned.has(info.id))
    .map(({ info }) => ({
      id: `${info.id}-anonymous`,
      provider: info.id,
      name: ANONYMOUS,
      credential: '',
      enabled: true,
      priority: 0,
      weight: 1,
    }))
  return [...accounts, ...anonymous]
}

/** Says whether a pool account stands for "no account". */
export function isAnonymous(account: PoolAccount): boolean {
  return account.id === `${account.provider}-anonymous`
}
