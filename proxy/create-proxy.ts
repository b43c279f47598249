import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../contract/settings.ts'
import type { Attention, ProxyStatus } from '../contract/status.ts'
import { createAnnouncer } from './announcer.ts'
import { type Clock, systemClock } from './clock.ts'
import { createColdHandlers } from './http/cold-handlers.ts'
import { createControlSessions } from './http/control-session.ts'
import { createExpressApp } from './http/express-app.ts'
import { createProxyServer, refuseExchange, type ServerPorts } from './http/server.ts'
import { readUiFiles } from './http/ui-files.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createAccountPool } from './pool/account-pool.ts'
import type { PoolSettings } from './pool/account-state.ts'
import { viewAccounts } from './pool/account-view.ts'
import { anthropicMessages } from './protocols/anthropic-messages/index.ts'
import { openaiChat } from './protocols/openai-chat/index.ts'
import { relay } from './relay/relay.ts'
import type { RelayPorts } from './relay/relay-ports.ts'
import { createRequestLog, type RequestLog } from './request-log/request-log.ts'
import { createServingState } from './serving-state.ts'
import { secretsInSettings } from './settings/account-secret.ts'
import { hashAdminKey, makeAdminKey, verifyAdminKey } from './settings/admin-key.ts'
import { createCredentialStore } from './settings/credential-store.ts'
import type { Environment } from './settings/environment.ts'
import { ensureFirstKey } from './settings/local-keys.ts'
import { createSettingsStore, type SettingsFlags, type SettingsStore } from './settings/settings-store.ts'

export type ProxyOptions = {
  /** The folder of settings, credentials and log; made private to the user. */
  readonly home: string
  readonly mode: ProxyStatus['mode']
  readonly env: Environment
  readonly flags: SettingsFlags
  /** 32 bytes that seal the credentials. */
  readonly sealKey: Uint8Array
  readonly version: string
  /** The built pages, served under /ui/; null serves none. */
  readonly uiDirectory: string | null
  /** What the person must know about how secrets are kept, where the composition root knows it. */
  readonly notices?: readonly Attention[]
  readonly clock?: Clock
  readonly random?: () => number
}

export type Proxy = {
  /** Opens the port. Rejects with a `ProxyStartError`. */
  start(): Promise<ProxyStatus>
  /** Drains and frees the port; the proxy may be started again. */
  stop(): Promise<void>
  status(): ProxyStatus
  /** The text of the key that this start made; null where there were keys. Told once. */
  readonly firstKey: string | null
  /** The text of the admin key that this start made; null where there was one, or no pages are served. */
  readonly adminKey: string | null
  /** A ticket that signs a browser in once, within a minute. */
  makeTicket(): string
  readonly log: RequestLog
  /** The paths that Express has, for the test that every route is classified. */
  readonly expressPaths: readonly string[]
  /** Stops for good and releases everything. */
  close(): Promise<void>
}

const PROTOCOLS = { [openaiChat.id]: openaiChat, [anthropicMessages.id]: anthropicMessages }

/** Wires the rooms together. Nothing listens until `start`. */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  const clock = options.clock ?? systemClock
  const credentials = await createCredentialStore({
    path: join(options.home, 'credentials.json'),
    sealKey: options.sealKey,
  })
  const settings = await createSettingsStore({
    home: options.home,
    env: options.env,
    flags: options.flags,
    now: clock.now,
    credentials,
  })
  const firstKey = await makeFirstKey(settings)
  const adminKey = options.uiDirectory === null ? null : await makeAdminKeyIfNone(settings)
  const announcer = createAnnouncer()
  const tally = { requests: 0, failures: 0 }
  const keyUse = new Map<string, number>()
  const log = createRequestLog({
    path: join(options.home, 'requests.sqlite'),
    settings: () => settings.get().log,
    secrets: () => [...credentials.secretValues(), ...secretsInSettings(settings.get()), sessions.token],
    now: clock.now,
    onDegraded: announcer.announce,
  })
  const sessions = createControlSessions({
    clock,
    verifyAdminKey: async (key) => {
      const kept = settings.get().server.admin.keyHash
      return kept !== null && (await verifyAdminKey(key, kept))
    },
  })
  const pool = createAccountPool(() => poolSettings(settings.get()), clock)
  const serving = createServingState({
    settings: settings.get(),
    pool,
    credentials,
    clock,
    onChange: announcer.announce,
  })
  const relayPorts: RelayPorts = {
    pool,
    routeModel: (name, provider) => serving.catalogue().route(name, provider),
    provider: serving.provider,
    settings: settings.get,
    clock,
    random: options.random ?? Math.random,
  }
  const active = new Set<AbortController>()
  const serverPorts: ServerPorts = {
    business: {
      protocols: PROTOCOLS,
      settings: settings.get,
      clock,
      active,
      async relay(request) {
        tally.requests++
        announcer.announce()
        const isAnswered = await relay(request, relayPorts)
        if (!isAnswered) tally.failures++
        announcer.announce()
      },
    },
    settings: settings.get,
    keyRing: serving.keyRing,
    log,
    clock,
    providerIds: serving.providerIds,
    handleCold: (exchange) => cold.handle(exchange),
    checkControl: sessions.isSignedIn,
    markKeyUse: (id) => void keyUse.set(id, clock.now()),
  }
  const cold = createExpressApp({
    handlers: createColdHandlers({
      settings: settings.get,
      keyRing: serving.keyRing,
      models: serving.models,
      isReady: () => lifecycle.isListening() && pool.accounts().some(({ account }) => account.enabled),
      sessions,
      uiFiles: options.uiDirectory === null ? new Map() : readUiFiles(options.uiDirectory),
      handleControl: async () => undefined,
    }),
    refuse: (exchange, error) => refuseExchange(exchange, error, serverPorts),
  })
  const controlFile = join(options.home, 'control.json')
  const lifecycle: Lifecycle = createLifecycle({
    settings: settings.get,
    clock,
    announcer,
    active,
    createServer: () => createProxyServer(serverPorts),
    describe: () => {
      const accounts = viewAccounts(
        pool,
        settings.get().accounts,
        settings.get().pool.perAccountInflight,
        clock,
      )
      return {
        version: options.version,
        home: options.home,
        mode: options.mode,
        ...tally,
        accounts: {
          total: accounts.length,
          usable: accounts.filter(({ health }) => ['ready', 'busy', 'untested'].includes(health)).length,
        },
        attention: [...(options.notices ?? [])],
      }
    },
    onListening: (port) => writeControlFile(controlFile, port, sessions.token),
    onStopped: () => rm(controlFile, { force: true }),
  })
  settings.subscribe((next) => serving.apply(next))
  return {
    start: lifecycle.start,
    async stop() {
      await lifecycle.stop()
    },
    status: lifecycle.status,
    firstKey,
    adminKey,
    makeTicket: sessions.makeTicket,
    log,
    expressPaths: cold.paths,
    async close() {
      await lifecycle.stop()
      await serving.close()
      await log.close()
    },
  }
}

function poolSettings({ pool, cooldown, breaker }: Settings): PoolSettings {
  return { ...pool, cooldown, breaker }
}

/** Settings that cannot be written get no first key; every business request is then refused with the reason. */
async function makeFirstKey(settings: SettingsStore): Promise<string | null> {
  return settings.source === 'environment' ? null : ensureFirstKey(settings)
}

/** The pages need an admin key to sign in with. The text is told once; the settings hold its hash. */
async function makeAdminKeyIfNone(settings: SettingsStore): Promise<string | null> {
  if (settings.get().server.admin.keyHash !== null || settings.source === 'environment') return null
  const key = makeAdminKey()
  const keyHash = await hashAdminKey(key)
  await settings.update((current) => ({
    ...current,
    server: { ...current.server, admin: { ...current.server.admin, keyHash } },
  }))
  return key
}

/** Tells commands on this machine where the control plane is; private to the user. */
async function writeControlFile(path: string, port: number, token: string): Promise<void> {
  const text = JSON.stringify({
    url: `http://127.0.0.1:${port}/control`,
    token,
    pid: process.pid,
    instance: token.slice(-8),
  })
  await rm(path, { force: true })
  await writeFile(path, text, { mode: 0o600, flag: 'wx' })
}
