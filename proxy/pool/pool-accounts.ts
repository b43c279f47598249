import type { AccountSetting, Settings } from '../../contract/settings.ts'
import { dropAbsent } from '../chat/drop-absent.ts'
import type { Provider } from '../providers/provider.ts'
import { type AccountSecret, readAccountSecret, readSessionToken } from '../settings/account-secret.ts'
import type { CredentialStore } from '../settings/credential-store.ts'
import type { AccountLogin, Pacing, PoolAccount } from './account-pool.ts'

/** The name under which a provider without accounts is lent (a local server, the demo). */
const ANONYMOUS = 'no account'

/** The accounts of the settings with their credentials, and one anonymous account for each provider that needs none. */
export function poolAccounts(
  settings: Settings,
  providers: readonly Provider[],
  credentials: CredentialStore,
): PoolAccount[] {
  const known = new Map(providers.map(({ info }) => [info.id, info]))
  const accounts = settings.accounts
    .filter(({ provider }) => known.has(provider))
    .map((account, index) => {
      const secret = readAccountSecret(account, credentials)
      const isSeparate = known.get(account.provider)?.separateSession === true
      const session = readSessionToken(account, credentials)
      return {
        id: account.id ?? `account-${index}`,
        provider: account.provider,
        name: account.name ?? account.email ?? account.mobile ?? `${account.provider} ${index + 1}`,
        credential: secret?.apiKey ?? (isSeparate ? undefined : session) ?? '',
        enabled: account.enabled && secret !== undefined,
        priority: account.priority,
        weight: account.weight,
        ...loginOf(account, secret),
        ...(isSeparate && session !== undefined && session !== secret?.apiKey ? { session } : {}),
        ...pacingOf(known.get(account.provider)?.pacing),
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

function loginOf(
  { email, mobile }: AccountSetting,
  secret: AccountSecret | undefined,
): { readonly login?: AccountLogin } {
  if (secret?.password === undefined || (email ?? mobile) === undefined) return {}
  return { login: dropAbsent({ email, mobile, password: secret.password }) }
}

function pacingOf(pacing: Pacing | undefined): { readonly pacing?: Pacing } {
  return pacing === undefined ? {} : { pacing }
}

/** Says whether a pool account stands for "no account". */
export function isAnonymous(account: PoolAccount): boolean {
  return account.id === `${account.provider}-anonymous`
}
