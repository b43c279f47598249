import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Account } from '../../contract/account.ts'
import type { Provider } from '../../contract/model.ts'
import type { Settings } from '../../contract/settings.ts'
import type { ProxyStatus } from '../../contract/status.ts'
import { createRequestLog } from '../request-log/request-log.ts'
import { createCredentialStore } from '../settings/credential-store.ts'
import { createSettingsStore, type SettingsStoreOptions } from '../settings/settings-store.ts'
import { makeTemporaryHome } from '../settings/temporary-home.test-support.ts'
import type { ControlPorts } from './control-ports.ts'

export type Given = Partial<Pick<SettingsStoreOptions, 'env' | 'flags'>> & {
  readonly home?: string
  readonly canStop?: boolean
  readonly startFails?: Error
}

/** Real settings, credentials and log, with a lifecycle that only counts. */
export async function makePorts({ home, env = {}, flags = {}, canStop = true, startFails }: Given = {}) {
  const folder = home ?? (await makeTemporaryHome())
  const credentials = await createCredentialStore({
    path: join(folder, 'credentials.json'),
    sealKey: Buffer.alloc(32, 7),
  })
  const settings = await createSettingsStore({ home: folder, env, flags, credentials })
  const log = createRequestLog({
    path: null,
    settings: () => settings.get().log,
    secrets: credentials.secretValues,
  })
  onTestFinished(() => log.close())
  const lifecycle = makeLifecycle(folder, canStop, startFails)
  const tests: { id: string; signal: AbortSignal }[] = []
  const ports: ControlPorts = {
    settings,
    credentials,
    log,
    lifecycle,
    accounts: {
      list: () => settings.get().accounts.map(showAccount),
      test(id, signal) {
        tests.push({ id, signal })
        if (!id.startsWith('slow'))
          return Promise.resolve({ success: true, durationMs: 5, message: 'it works' })
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    },
    models: () => [],
    providers: () => [
      showProvider('demo', null),
      ...settings.get().providers.map(({ id, baseUrl }) => showProvider(id, baseUrl ?? null)),
    ],
    keyUse: (id) => (id === 'environment' ? 1_234 : null),
  }
  return { ports, home: folder, lifecycle, tests }
}

function makeLifecycle(home: string, canStop: boolean, startFails: Error | undefined) {
  const listeners = new Set<() => void>()
  let requests = 0
  let state: ProxyStatus['state'] = 'stopped'
  const status = (): ProxyStatus => ({
    state,
    host: '127.0.0.1',
    port: 9090,
    problem: null,
    baseUrls: {
      openai: 'http://127.0.0.1:9090/v1',
      anthropic: 'http://127.0.0.1:9090',
      gemini: 'http://127.0.0.1:9090',
    },
    version: '0.1.0',
    startedAt: null,
    activeRequests: 0,
    requests,
    failures: 0,
    accounts: { total: 0, usable: 0 },
    attention: [],
    home,
    mode: 'headless',
  })
  const become = (next: ProxyStatus['state']) => {
    state = next
    for (const tell of listeners) tell()
    return Promise.resolve(status())
  }
  return {
    canStop,
    status,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start: () => (startFails === undefined ? become('running') : Promise.reject(startFails)),
    stop: () => become('stopped'),
    count() {
      requests += 1
      for (const tell of listeners) tell()
    },
    listeners,
  }
}

function showAccount(setting: Settings['accounts'][number]): Account {
  const { id = '', provider, name = provider, enabled, priority, weight, hint = null } = setting
  const state = {
    health: 'untested' as const,
    healthReason: null,
    availableAt: null,
    lastUsedAt: null,
    inFlight: 0,
  }
  return { id, provider, name, enabled, priority, weight, ...state, credentialHint: hint }
}

function showProvider(id: string, baseUrl: string | null): Provider {
  const shape = { toolMode: 'native', needsAccount: true, models: [], accounts: 0, preset: null }
  return { id, type: 'openai-chat', displayName: id, baseUrl, ...shape }
}
