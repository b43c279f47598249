import type { Model } from '../contract/model.ts'
import type { Settings } from '../contract/settings.ts'
import type { Clock, Timer } from './clock.ts'
import { discoverModels } from './models/discover-models.ts'
import { createModelCatalogue, type ModelCatalogue } from './models/model-catalogue.ts'
import type { AccountPool } from './pool/account-pool.ts'
import { poolAccounts } from './pool/pool-accounts.ts'
import { type BuiltProvider, createProviders } from './providers/create-provider.ts'
import type { Provider, ServedModel } from './providers/provider.ts'
import { keepSessionToken } from './settings/account-secret.ts'
import type { CredentialStore } from './settings/credential-store.ts'
import { createKeyRing, type KeyRing } from './settings/local-keys.ts'

/** What is made from the settings and made anew when they change: providers, models, local keys, the pool's accounts. */
export type ServingState = {
  providers(): readonly Provider[]
  provider(id: string): Provider
  /** The same set until the providers change. */
  providerIds(): ReadonlySet<string>
  catalogue(): ModelCatalogue
  models(): readonly Model[]
  keyRing(): KeyRing
  problems(): readonly string[]
  /** Takes new settings; requests under way keep the provider that they began with. */
  apply(settings: Settings): void
  /** Drops idle upstream connections; after a long sleep also ends what was under way. */
  renewConnections(sleptMs?: number): void
  close(): Promise<void>
}

export type ServingPorts = {
  readonly settings: Settings
  readonly pool: AccountPool
  readonly credentials: CredentialStore
  readonly clock: Clock
  readonly onChange: () => void
}

/** How long a replaced provider's connections stay open for the requests that still use them. */
const FAREWELL_MS = 600_000

export function createServingState({
  settings: first,
  pool,
  credentials,
  clock,
  onChange,
}: ServingPorts): ServingState {
  let settings = first
  let built: readonly BuiltProvider[] = []
  let problems: readonly string[] = []
  let providersMadeFrom = ''
  let keyRing = createKeyRing(first, clock.now)
  let catalogue = createModelCatalogue({ settings, providers: [], discovered: new Map() })
  const discovered = new Map<string, readonly ServedModel[]>()
  const stop = new AbortController()
  const farewells = new Set<{ readonly timer: Timer; readonly old: readonly BuiltProvider[] }>()
  const providers = () => built.map(({ provider }) => provider)
  let providersById: ReadonlyMap<string, Provider> = new Map()
  let providerIds: ReadonlySet<string> = new Set()

  function apply(next: Settings): void {
    settings = next
    rebuildProviders()
    pool.setAccounts(poolAccounts(settings, providers(), credentials))
    keyRing = createKeyRing(settings, clock.now)
    renewCatalogue()
    for (const provider of providers()) void discover(provider)
  }

  function rebuildProviders(): void {
    const madeFrom = JSON.stringify([
      settings.providers,
      settings.accounts.map(({ provider }) => provider),
      settings.server.directToken,
      settings.timeouts,
      settings.limits,
    ])
    if (madeFrom === providersMadeFrom) return
    providersMadeFrom = madeFrom
    const old = built
    ;({ built, problems } = createProviders(settings, clock, keepToken))
    // Of two providers with the same id the first one serves.
    providersById = new Map(
      providers()
        .reverse()
        .map((provider) => [provider.info.id, provider]),
    )
    providerIds = new Set(providersById.keys())
    if (old.length === 0) return
    const timer = clock.timer(FAREWELL_MS, () => {
      farewells.delete(farewell)
      void closeAll(old)
    })
    const farewell = { timer, old }
    farewells.add(farewell)
  }

  function keepToken(accountId: string, token: string): Promise<void> {
    const account = settings.accounts.find(({ id }) => id === accountId)
    return account === undefined ? Promise.resolve() : keepSessionToken(account, token, credentials)
  }

  function renewCatalogue(): void {
    catalogue = createModelCatalogue({ settings, providers: providers(), discovered })
    onChange()
  }

  /** Asks an upstream for its models where the settings name none. What fails is tried again with the next change. */
  async function discover(provider: Provider): Promise<void> {
    if (provider.models.length > 0 || (provider.kind === 'chat' && provider.listModels === undefined)) return
    const account = pool
      .accounts()
      .find((entry) => entry.account.provider === provider.info.id && entry.account.enabled)
    if (account === undefined) return
    try {
      discovered.set(provider.info.id, await discoverModels(provider, account.account, stop.signal))
      renewCatalogue()
    } catch {
      // The upstream gives no list: its models can be named in the settings, and the accounts page says what failed.
    }
  }

  apply(first)
  return {
    providers,
    provider(id) {
      const found = providersById.get(id)
      if (found === undefined) throw new Error(`no provider ${id}`)
      return found
    },
    providerIds: () => providerIds,
    catalogue: () => catalogue,
    models: () => catalogue.list(),
    keyRing: () => keyRing,
    problems: () => [...problems, ...built.flatMap(({ problem }) => problem?.() ?? [])],
    apply,
    renewConnections(sleptMs = 0) {
      const old = [...farewells].flatMap((farewell) => farewell.old)
      for (const one of [...old, ...built]) one.renew(sleptMs)
    },
    async close() {
      stop.abort(new Error('closing'))
      for (const { timer, old } of farewells) {
        timer.cancel()
        await closeAll(old)
      }
      await closeAll(built)
    },
  }
}

async function closeAll(built: readonly BuiltProvider[]): Promise<void> {
  await Promise.all(built.map((one) => one.close()))
}
