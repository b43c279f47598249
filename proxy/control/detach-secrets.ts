import type { AccountSetting, Settings } from '../../contract/settings.ts'
import { sessionIdOf } from '../settings/account-secret.ts'

/**
 * A secret belongs to the place that it was entered for. Accounts whose provider leads to another host than before
 * lose theirs, until somebody enters them again.
 */
export function detachMovedSecrets(before: Settings, after: Settings): Settings {
  const moved = new Set(
    after.accounts.map(({ provider }) => provider).filter((id) => placeOf(before, id) !== placeOf(after, id)),
  )
  if (moved.size === 0) return after
  const accounts = after.accounts.map((account) =>
    moved.has(account.provider) ? withoutSecret(account) : account,
  )
  return { ...after, accounts }
}

/** The sealed credentials that no account refers to any longer, renewed sessions among them. */
export function orphanedCredentials(before: Settings, after: Settings): string[] {
  const used = new Set(after.accounts.flatMap(sealedIds))
  return before.accounts.flatMap(sealedIds).filter((id) => !used.has(id))
}

/** A session goes with the secret that it was renewed from. */
function sealedIds({ id, credential }: AccountSetting): string[] {
  if (credential === undefined) return []
  return id === undefined ? [credential] : [credential, sessionIdOf(id)]
}

/** Where a provider's requests go; a provider that the settings do not name has a place of its own. */
export function placeOf({ providers }: Pick<Settings, 'providers'>, id: string): string {
  const provider = providers.find((other) => other.id === id)
  if (provider === undefined) return ''
  const { preset = '', baseUrl, options } = provider
  const places = [baseUrl, options?.webUrl].map((url) => (url === undefined ? '' : new URL(url).origin))
  return [preset, ...places].join(' ')
}

function withoutSecret(account: AccountSetting): AccountSetting {
  const {
    apiKey: _key,
    token: _token,
    password: _password,
    credential: _sealed,
    hint: _hint,
    ...rest
  } = account
  return rest
}
