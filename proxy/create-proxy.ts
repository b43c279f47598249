import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from '../contract/account.ts'
import type { Settings } from '../contract/settings.ts'
import type { Attention, ProxyStatus } from '../contract/status.ts'
import { createAnnouncer } from './announcer.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ControlRouter } from './control/create-control.ts'
import { createControlFace } from './control-face.ts'
import { countBytesWithHeap } from './heap-limit.ts'
import { accountsOf, describeHouse, type House } from './house.ts'
import { type ControlSessions, createControlSessions } from './http/control-session.ts'
import { createKeyUse } from './http/key-limits.ts'
import { keyUseMemory } from './http/key-use-memory.ts'
import { createProxyServer } from './http/server.ts'
import { createHttpFace } from './http-face.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { createMemoryFile, createMemoryFiles } from './memory-file.ts'
import { openStores } from './open-stores.ts'
import { createAccountPool } from './pool/account-pool.ts'
import type { PoolSettings } from './pool/account-state.ts'
import { poolMemory } from './pool/pool-memory.ts'
import { createDiagnosticLog } from './request-log/diagnostic-log.ts'
import type { RequestLog } from './request-log/request-log.ts'
import { createServingState } from './serving-state.ts'
import { verifyAdminKey } from './settings/admin-key.ts'
import type { Environment } from './settings/environment.ts'
import type { SettingsFlags } from './settings/settings-store.ts'
import { Slots } from './slots.ts'

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
  /** Whether this machine has any network beyond itself; asked of the system where it is left out. */
  readonly hasNetwork?: () => boolean
  /** Where Portside's own log goes; standard error where it is left out. */
  readonly diagnostics?: { write(line: string): void }
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

/** Wires the rooms together. Nothing listens until `start`. Sets how the heap of this process counts bytes. */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  countBytesWithHeap()
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
  const pool = createAccountPool(poolSettingsOf(settings.get), clock)
  const serving = createServingState({
    settings: settings.get(),
    pool,
    credentials,
    clock,
    onChange: announcer.announce,
  })
  const keyLimits = createKeyUse(clock)
  const diagnostics = createDiagnosticLog({
    env: options.env,
    secrets: stores.secrets,
    ...(options.diagnostics === undefined ? {} : { destination: options.diagnostics }),
  })
  const place = { home: options.home, warn: (text: string) => diagnostics.warn(text) }
  const memory = createMemoryFiles(
    [
      createMemoryFile({ name: 'pool-state.json', schema: poolMemory, ...pool }, place),
      createMemoryFile({ name: 'key-use.json', schema: keyUseMemory, ...keyLimits }, place),
    ],
    clock,
  )
  await memory.load()
  const house: House = {
    options,
    clock,
    stores,
    sessions,
    pool,
    serving,
    announce: announcer.announce,
    active: new Slots(),
    tally: { requests: 0, failures: 0 },
    keyUse: new Map(),
    keyLimits,
  }
  const controlFile = join(options.home, 'control.json')
  // A full disk costs the commands their way to this process, and no client anything.
  const cannotWrite = (error: unknown) => diagnostics.warn(`${controlFile} could not be written: ${error}`)
  const server = createHttpFace(house, () => lifecycle.isListening())
  const lifecycle: Lifecycle = createLifecycle({
    settings: settings.get,
    clock,
    announcer,
    active: house.active,
    createServer: () => createProxyServer(server.ports),
    describe: () => describeHouse(house),
    async onListening(port) {
      memory.start()
      await writeControlFile(controlFile, port, sessions.token).catch(cannotWrite)
    },
    async onStopped() {
      memory.stop()
      await rm(controlFile, { force: true }).catch(cannotWrite)
      await memory.save()
    },
  })
  const control = createControlFace(house, lifecycle, announcer.subscribe)
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

/** The pool asks for its settings several times a request: they are put together anew only when something changed. */
function poolSettingsOf(read: () => Settings): () => PoolSettings {
  let from: Settings | undefined
  let made: PoolSettings | undefined
  return () => {
    const settings = read()
    if (made === undefined || from !== settings) {
      const { pool, cooldown, breaker } = settings
      made = { ...pool, cooldown, breaker }
      from = settings
    }
    return made
  }
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
