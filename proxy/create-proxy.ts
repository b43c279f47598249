import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from '../contract/account.ts'
import type { Settings } from '../contract/settings.ts'
import type { Attention, ProxyStatus } from '../contract/status.ts'
import { createAnnouncer } from './announcer.ts'
import { type Clock, systemClock } from './clock.ts'
import { createControlHttpHandler } from './control/control-http-handler.ts'
import { type ControlRouter, createControl } from './control/create-control.ts'
import { describeAttention } from './describe-attention.ts'
import { createColdHandlers } from './http/cold-handlers.ts'
import { type ControlSessions, createControlSessions } from './http/control-session.ts'
import { createExpressApp } from './http/express-app.ts'
import { createKeyUse } from './http/key-limits.ts'
import { createProxyServer, refuseExchange, type ServerPorts } from './http/server.ts'
import { readUiFiles } from './http/ui-files.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { testAccount } from './models/test-account.ts'
import { openStores, type Stores } from './open-stores.ts'
import { type AccountPool, createAccountPool } from './pool/account-pool.ts'
import type { PoolSettings } from './pool/account-state.ts'
import { viewAccounts } from './pool/account-view.ts'
import { createPoolMemoryFile } from './pool-memory-file.ts'
import { anthropicMessages } from './protocols/anthropic-messages/index.ts'
import { gemini } from './protocols/gemini/index.ts'
import { openaiChat } from './protocols/openai-chat/index.ts'
import { openaiResponses } from './protocols/openai-responses/index.ts'
import { viewProviders } from './providers/provider-view.ts'
import { forward } from './relay/forward.ts'
import { createReasoningCache } from './relay/reasoning-cache.ts'
import { relay } from './relay/relay.ts'
import { createResponseStore } from './relay/response-store.ts'
import type { RequestLog } from './request-log/request-log.ts'
import { createServingState, type ServingState } from './serving-state.ts'
import { verifyAdminKey } from './settings/admin-key.ts'
import type { Environment } from './settings/environment.ts'
import type { SettingsFlags } from './settings/settings-store.ts'

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
  /** 0 to 1, for jitter. */
  readonly random?: () => number
}

export type Proxy = {
  /** Opens the port. Rejects with a `ProxyStartError`. */
  start(): Promise<ProxyStatus>
  /** Drains and frees the port; the proxy may be started again. */
  stop(): Promise<void>
  status(): ProxyStatus
  /**
   * The machine woke up, or its network changed: idle upstream connections are dropped, and names are looked up again.
   * What was under way is ended only where the machine slept for longer than half a minute (REL-39).
   */
  networkChanged(sleptMs?: number): void
  /** The control contract, implemented: for a MessagePort, for HTTP, or for a call in this process. */
  readonly control: ControlRouter
  /** The text of the key that this start made; null where there were keys. Told once. */
  readonly firstKey: string | null
  /** The text of the admin key that this start made; null where there was one, or no pages are served. */
  readonly adminKey: string | null
  /** A ticket that signs a browser in once, within a minute. */
  makeTicket(): string
  readonly log: RequestLog
  /** The accounts as the pool sees them now, without their credentials. */
  accounts(): readonly Account[]
  /** The paths that Express has, for the test that every route is classified. */
  readonly expressPaths: readonly string[]
  /** Stops for good and releases everything. */
  close(): Promise<void>
}

const PROTOCOLS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
}

/** What may be remembered of reasoning, and of answers that requests point back to; each in bytes. */
const MEMORY_BYTES = 33_554_432
const MEMORY_MS = 6 * 3_600_000

/** Everything that lives as long as the proxy. */
type House = {
  readonly options: ProxyOptions
  readonly clock: Clock
  readonly stores: Stores
  readonly sessions: ControlSessions
  readonly pool: AccountPool
  readonly serving: ServingState
  readonly announce: () => void
  readonly active: Set<AbortController>
  readonly tally: { requests: number; failures: number }
  readonly keyUse: Map<string, number>
}

/** Wires the rooms together. Nothing listens until `start`. */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  const clock = options.clock ?? systemClock
  const announcer = createAnnouncer()
  const sessions: ControlSessions = createControlSessions({
    clock,
    verifyAdminKey: async (key) => {
      const kept = stores.settings.get().server.admin.keyHash
      return kept !== null && (await verifyAdminKey(key, kept))
    },
  })
  const stores = await openStores({
    options,
    clock,
    moreSecrets: () => [sessions.token],
    onLogChange: announcer.announce,
  })
  const { settings, credentials, log } = stores
  const pool = createAccountPool(() => poolSettings(settings.get()), clock)
  const serving = createServingState({
    settings: settings.get(),
    pool,
    credentials,
    clock,
    onChange: announcer.announce,
  })
  const poolMemory = createPoolMemoryFile(options.home)
  await poolMemory.load(pool)
  const house: House = {
    options,
    clock,
    stores,
    sessions,
    pool,
    serving,
    announce: announcer.announce,
    active: new Set(),
    tally: { requests: 0, failures: 0 },
    keyUse: new Map(),
  }
  const controlFile = join(options.home, 'control.json')
  const server = createServerPorts(house, () => lifecycle.isListening())
  const lifecycle: Lifecycle = createLifecycle({
    settings: settings.get,
    clock,
    announcer,
    active: house.active,
    createServer: () => createProxyServer(server.ports),
    describe: () => describeHouse(house),
    onListening: (port) => writeControlFile(controlFile, port, sessions.token),
    async onStopped() {
      await rm(controlFile, { force: true })
      await poolMemory.save(pool)
    },
  })
  const control = createControlOf(house, lifecycle, announcer.subscribe)
  server.serveControl(control)
  settings.subscribe((next) => {
    serving.apply(next)
    // Never rejects: where the new address cannot be had, the status says so.
    void lifecycle.move()
  })
  return {
    start: lifecycle.start,
    async stop() {
      await lifecycle.stop()
    },
    status: lifecycle.status,
    networkChanged: serving.renewConnections,
    control,
    firstKey: stores.firstKey,
    adminKey: stores.adminKey,
    makeTicket: sessions.makeTicket,
    log,
    accounts: () => accountsOf(house),
    expressPaths: server.expressPaths,
    async close() {
      await lifecycle.stop()
      await serving.close()
      await log.close()
    },
  }
}

/** The HTTP face: the hot routes on the relay, the others on Express, the control plane behind its sessions. */
function createServerPorts(house: House, isListening: () => boolean) {
  const { options, clock, stores, sessions, pool, serving, tally, keyUse, active, announce } = house
  const { settings, log } = stores
  let handleControl: ReturnType<typeof createControlHttpHandler> | undefined
  const relayPorts = {
    pool,
    routeModel: (name: string, provider: string | undefined) => serving.catalogue().route(name, provider),
    provider: serving.provider,
    settings: settings.get,
    clock,
    random: options.random ?? Math.random,
    traffic: { active: 0, retrying: 0 },
    reasoning: createReasoningCache({ maxBytes: MEMORY_BYTES }),
  }
  const ports: ServerPorts = {
    business: {
      protocols: PROTOCOLS,
      settings: settings.get,
      clock,
      active,
      keyUse: createKeyUse(clock),
      responses: createResponseStore({
        maxBytes: MEMORY_BYTES,
        maxAgeMs: MEMORY_MS,
        monotonic: clock.monotonic,
      }),
      async relay(request) {
        tally.requests++
        announce()
        const isAnswered = await relay(request, relayPorts)
        if (!isAnswered) tally.failures++
        announce()
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
      isReady: () => isListening() && pool.accounts().some(({ account }) => account.enabled),
      sessions,
      side: { settings: settings.get, protocols: PROTOCOLS, forward: (call) => forward(call, relayPorts) },
      uiFiles: options.uiDirectory === null ? new Map() : readUiFiles(options.uiDirectory),
      async handleControl(request, response) {
        await handleControl?.(request, response)
      },
    }),
    refuse: (exchange, error) => refuseExchange(exchange, error, ports),
  })
  return {
    ports,
    expressPaths: cold.paths,
    serveControl(router: ControlRouter) {
      handleControl = createControlHttpHandler(router)
    },
  }
}

function createControlOf(
  house: House,
  lifecycle: Lifecycle,
  subscribe: (listener: () => void) => () => void,
): ControlRouter {
  const { options, clock, stores, pool, serving, keyUse } = house
  const { settings, credentials, log } = stores
  return createControl({
    settings,
    credentials,
    log,
    lifecycle: {
      status: lifecycle.status,
      subscribe,
      start: lifecycle.start,
      stop: lifecycle.stop,
      canStop: options.mode === 'desktop',
    },
    accounts: {
      list: () => accountsOf(house),
      test(id, signal) {
        const found = pool.accounts().find(({ account }) => account.id === id)?.account
        if (found === undefined)
          return Promise.resolve({
            success: false,
            durationMs: 0,
            message: 'This account’s provider is not known here',
          })
        return testAccount(found, serving.provider(found.provider), clock, signal)
      },
    },
    models: serving.models,
    providers: () => viewProviders(serving.providers(), settings.get()),
    keyUse: (id) => keyUse.get(id) ?? null,
  })
}

function accountsOf({ pool, stores, clock }: House) {
  const settings = stores.settings.get()
  return viewAccounts(pool, settings.accounts, settings.pool.perAccountInflight, clock)
}

const USABLE: ReadonlySet<string> = new Set(['ready', 'busy', 'untested'])

function describeHouse(house: House) {
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

function poolSettings({ pool, cooldown, breaker }: Settings): PoolSettings {
  return { ...pool, cooldown, breaker }
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
