import { join } from 'node:path'
import type { Clock } from './clock.ts'
import type { ProxyOptions } from './create-proxy.ts'
import { createRequestLog, type RequestLog } from './request-log/request-log.ts'
import { secretsInSettings } from './settings/account-secret.ts'
import { hashAdminKey, makeAdminKey } from './settings/admin-key.ts'
import { type CredentialStore, createCredentialStore } from './settings/credential-store.ts'
import { ensureFirstKey } from './settings/local-keys.ts'
import { createSettingsStore, type SettingsStore } from './settings/settings-store.ts'

/** Everything that is kept in the home folder. */
export type Stores = {
  readonly settings: SettingsStore
  readonly credentials: CredentialStore
  readonly log: RequestLog
  /** Every text that may reach no log. */
  readonly secrets: () => readonly string[]
  /** The texts of keys that this start made; told once. */
  readonly firstKey: string | null
  readonly adminKey: string | null
}

export type StoresOptions = {
  readonly options: ProxyOptions
  readonly clock: Clock
  /** Secrets that live in memory only and must not reach the log either. */
  readonly moreSecrets: () => readonly string[]
  readonly onLogChange: () => void
}

export async function openStores({
  options,
  clock,
  moreSecrets,
  onLogChange,
}: StoresOptions): Promise<Stores> {
  const { home, env, flags, sealKey, uiDirectory } = options
  const credentials = await createCredentialStore({ path: join(home, 'credentials.json'), sealKey })
  const settings = await createSettingsStore({ home, env, flags, now: clock.now, credentials })
  const canWrite = settings.source !== 'environment'
  const secrets = () => [
    ...credentials.secretValues(),
    ...secretsInSettings(settings.get()),
    ...moreSecrets(),
  ]
  const log = createRequestLog({
    path: join(home, 'requests.sqlite'),
    settings: () => settings.get().log,
    secrets,
    now: clock.now,
    onDegraded: onLogChange,
  })
  return {
    settings,
    credentials,
    log,
    secrets,
    // Settings that cannot be written get no first key; every business request is then refused with the reason.
    firstKey: canWrite ? await ensureFirstKey(settings) : null,
    adminKey: canWrite && uiDirectory !== null ? await makeAdminKeyIfNone(settings) : null,
  }
}

/** The pages need an admin key to sign in with. The settings hold its hash. */
async function makeAdminKeyIfNone(settings: SettingsStore): Promise<string | null> {
  if (settings.get().server.admin.keyHash !== null) return null
  const key = makeAdminKey()
  const keyHash = await hashAdminKey(key)
  await settings.update((current) => ({
    ...current,
    server: { ...current.server, admin: { ...current.server.admin, keyHash } },
  }))
  return key
}
