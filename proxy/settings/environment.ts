import type { KeySetting, Settings } from '../../contract/settings.ts'
import { hashAdminKey } from './admin-key.ts'
import { SettingsError } from './settings-error.ts'
import type { SettingsFlags } from './settings-store.ts'
import { isWeakKey } from './weak-keys.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What flags and environment put over the settings. It is never written into the file. */
export type Overlay = {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly key?: string | undefined
  readonly adminKeyHash?: string | undefined
  readonly hasWeakAdminKey: boolean
  readonly bridgeStrict?: boolean | undefined
}

export async function readOverlay(env: Environment, flags: SettingsFlags): Promise<Overlay> {
  const adminKey = firstOf(env, ['PORTSIDE_ADMIN_KEY', 'DS2API_ADMIN_KEY'])?.value
  return {
    host: flags.host ?? firstOf(env, ['PORTSIDE_HOST'])?.value,
    port: flags.port ?? readPort(env),
    key: firstOf(env, ['PORTSIDE_API_KEY', 'API_KEY'])?.value,
    adminKeyHash: adminKey === undefined ? undefined : await hashAdminKey(adminKey),
    hasWeakAdminKey: adminKey !== undefined && isWeakKey(adminKey),
    bridgeStrict: readSwitch(env, 'KILO_TOOL_STRICT'),
  }
}

/** The whole configuration from one variable, raw JSON or Base64 of it. */
export function readConfigText(env: Environment): { name: string; text: string } | undefined {
  const found = firstOf(env, ['PORTSIDE_CONFIG_JSON', 'DS2API_CONFIG_JSON'])
  if (found === undefined) return undefined
  const isRaw = found.value.startsWith('{')
  return { name: found.name, text: isRaw ? found.value : Buffer.from(found.value, 'base64').toString('utf8') }
}

export function applyOverlay(base: Settings, overlay: Overlay): Settings {
  const admin =
    overlay.adminKeyHash === undefined
      ? base.server.admin
      : { mode: 'on' as const, keyHash: overlay.adminKeyHash }
  const added: KeySetting[] =
    overlay.key === undefined ? [] : [{ ...ENVIRONMENT_KEY, models: ['*'], limits: {}, key: overlay.key }]
  return {
    ...base,
    server: {
      ...base.server,
      host: overlay.host ?? base.server.host,
      port: overlay.port ?? base.server.port,
      admin,
    },
    bridge: { ...base.bridge, strict: overlay.bridgeStrict ?? base.bridge.strict },
    keys: [...base.keys, ...added],
  }
}

export const ENVIRONMENT_KEY = {
  id: 'environment',
  name: 'environment',
  createdAt: null,
  expiresAt: null,
} as const

/** Takes out of a change what only came from the overlay, so that it never reaches the file. */
export function withoutOverlay(next: Settings, base: Settings, overlay: Overlay): Settings {
  const { server, bridge } = next
  const isOverlaidAdmin = overlay.adminKeyHash !== undefined && server.admin.keyHash === overlay.adminKeyHash
  return {
    ...next,
    server: {
      ...server,
      host: overlay.host !== undefined && server.host === overlay.host ? base.server.host : server.host,
      port: overlay.port !== undefined && server.port === overlay.port ? base.server.port : server.port,
      admin: isOverlaidAdmin ? base.server.admin : server.admin,
    },
    bridge: bridge.strict === overlay.bridgeStrict ? { ...bridge, strict: base.bridge.strict } : bridge,
    keys: next.keys.filter((key) => typeof key === 'string' || key.id !== ENVIRONMENT_KEY.id),
  }
}

/** The first of the names that is set to something. */
function firstOf(env: Environment, names: readonly string[]): { name: string; value: string } | undefined {
  for (const name of names) {
    const value = env[name]?.trim()
    if (value !== undefined && value !== '') return { name, value }
  }
  return undefined
}

function readPort(env: Environment): number | undefined {
  const found = firstOf(env, ['PORTSIDE_PORT', 'PORT'])
  if (found === undefined) return undefined
  const port = Number(found.value)
  if (/^\d{1,5}$/.test(found.value) && port <= 65_535) return port
  throw new SettingsError('invalid', [`${found.name}: a port is a number from 0 to 65535`])
}

function readSwitch(env: Environment, name: string): boolean | undefined {
  const value = firstOf(env, [name])?.value.toLowerCase()
  if (value === undefined) return undefined
  if (['1', 'true', 'yes', 'on'].includes(value)) return true
  if (['0', 'false', 'no', 'off'].includes(value)) return false
  throw new SettingsError('invalid', [`${name}: say 1 or 0`])
}
