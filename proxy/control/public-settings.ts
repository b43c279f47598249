import type { ProviderSetting, PublicSettings, Settings } from '../../contract/settings.ts'
import { placeOf } from './detach-secrets.ts'

const MASK = '[redacted]'

/** The settings as the screen may see them: whatever may hold a secret is masked. */
export function maskSettings(settings: Settings): PublicSettings {
  const { keys: _keys, removedKeys: _removed, accounts: _accounts, ...rest } = settings
  const { admin } = rest.server
  return {
    ...rest,
    server: { ...rest.server, admin: { ...admin, keyHash: admin.keyHash === null ? null : MASK } },
    providers: rest.providers.map(maskProvider),
  }
}

function maskProvider(provider: ProviderSetting): ProviderSetting {
  const { baseUrl } = provider
  return {
    ...provider,
    ...(baseUrl === undefined ? {} : { baseUrl: maskUrl(baseUrl) }),
    proxyUrl: provider.proxyUrl === null ? null : maskUrl(provider.proxyUrl),
    headers: Object.fromEntries(Object.keys(provider.headers).map((name) => [name, MASK])),
  }
}

function maskUrl(text: string): string {
  const url = new URL(text)
  if (url.username === '' && url.password === '' && url.search === '') return text
  if (url.username !== '' || url.password !== '') {
    url.username = 'redacted'
    url.password = ''
  }
  if (url.search !== '') url.search = '?redacted'
  return url.href
}

/** Puts back what was masked, where a screen sends it as it got it. */
export function unmaskSettings(wanted: Settings, current: Settings): Settings {
  const { admin } = wanted.server
  const keyHash = admin.keyHash === MASK ? current.server.admin.keyHash : admin.keyHash
  return {
    ...wanted,
    server: { ...wanted.server, admin: { ...admin, keyHash } },
    providers: wanted.providers.map((provider) => unmaskProvider(provider, wanted, current)),
  }
}

function unmaskProvider(provider: ProviderSetting, wanted: Settings, current: Settings): ProviderSetting {
  const known = current.providers.find(({ id }) => id === provider.id)
  const masked = known === undefined ? undefined : maskProvider(known)
  const baseUrl = provider.baseUrl === masked?.baseUrl ? known?.baseUrl : provider.baseUrl
  // A header's value may be a secret too: it does not follow its provider to another host.
  const hasMoved = placeOf(wanted, provider.id) !== placeOf(current, provider.id)
  const headers = Object.entries(provider.headers).flatMap(([name, value]) => {
    const kept = value === MASK ? known?.headers[name] : value
    return kept === undefined || (hasMoved && value === MASK) ? [] : [[name, kept]]
  })
  return {
    ...provider,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    proxyUrl: provider.proxyUrl === masked?.proxyUrl ? (known?.proxyUrl ?? null) : provider.proxyUrl,
    headers: Object.fromEntries(headers),
  }
}
