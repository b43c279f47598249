import { EventPublisher, implement } from '@orpc/server'
import type { Account } from '../../contract/account.ts'
import { controlContract } from '../../contract/control-contract.ts'
import type { LocalKey } from '../../contract/local-key.ts'
import type { LogBatch, LogBodies, LogEntry } from '../../contract/log-entry.ts'
import type { Model, Provider } from '../../contract/model.ts'
import { settings } from '../../contract/settings.ts'
import type { ProxyStatus } from '../../contract/status.ts'
import { runningStatus } from './sample-status.ts'

export type FakeSeed = {
  readonly status: ProxyStatus
  readonly entries: readonly LogEntry[]
  readonly bodies: ReadonlyMap<string, LogBodies>
  readonly keys: readonly LocalKey[]
  readonly models: readonly Model[]
  readonly providers: readonly Provider[]
  readonly accounts: readonly Account[]
}

const NO_BODIES: LogBodies = { request: null, response: null, requestCut: false, responseCut: false }

/** An in-memory control plane: seeded, then driven by a test as a proxy would drive it. */
export class FakeControl {
  status: ProxyStatus
  readonly keys: LocalKey[]
  readonly seed: FakeSeed
  /** While set, the log's calls never answer (`hang`) or fail (`fail`). */
  logTrouble: 'none' | 'hang' | 'fail' = 'none'
  startProxy = async () => this.change({ state: 'running', startedAt: Date.now() })
  stopProxy = async () => this.change({ state: 'stopped', startedAt: null })
  #entries: Map<string, LogEntry>
  #sequence: number
  #events = new EventPublisher<{ status: ProxyStatus; log: LogBatch }>()
  #feeds = new AbortController()

  constructor(seed: Partial<FakeSeed> = {}) {
    const empty = { entries: [], bodies: new Map(), keys: [], models: [], providers: [], accounts: [] }
    this.seed = { status: runningStatus(), ...empty, ...seed }
    this.status = this.seed.status
    this.keys = [...this.seed.keys]
    this.#entries = new Map(this.seed.entries.map((entry) => [entry.id, entry]))
    this.#sequence = Math.max(0, ...this.seed.entries.map((entry) => entry.sequence))
  }

  /** Announces a changed status to every feed. */
  change(status: Partial<ProxyStatus>): ProxyStatus {
    this.status = { ...this.status, ...status }
    this.#events.publish('status', this.status)
    return this.status
  }

  /** Adds or changes entries, and announces them as one batch. */
  log(...entries: readonly LogEntry[]): void {
    const changed = entries.map((entry) => ({ ...entry, sequence: ++this.#sequence }))
    for (const entry of changed) this.#entries.set(entry.id, entry)
    this.#events.publish('log', { entries: changed, sequence: this.#sequence })
  }

  /** Breaks every open feed, as a proxy does that goes away. */
  dropFeeds(): void {
    this.#feeds.abort()
    this.#feeds = new AbortController()
  }

  get router() {
    const make = implement(controlContract)
    return make.router({
      status: {
        get: make.status.get.handler(() => this.status),
        feed: make.status.feed.handler(({ signal }) => this.#follow('status', [this.status], signal)),
      },
      proxy: {
        start: make.proxy.start.handler(() => this.startProxy()),
        stop: make.proxy.stop.handler(() => this.stopProxy()),
      },
      ...this.#lists(make),
      log: {
        list: make.log.list.handler(({ input }) => this.#list(input.limit, input.before)),
        get: make.log.get.handler(({ input, errors }) => {
          const entry = this.#entries.get(input.id)
          if (!entry) throw errors.NOT_FOUND()
          return { entry, bodies: this.seed.bodies.get(input.id) ?? NO_BODIES }
        }),
        feed: make.log.feed.handler(({ input, signal }) =>
          this.#follow('log', this.#changesAfter(input.after), signal),
        ),
        clear: make.log.clear.handler(() => {
          this.#entries.clear()
          return { done: true as const }
        }),
      },
    })
  }

  #lists(make: ReturnType<typeof implement<typeof controlContract>>) {
    const done = { done: true as const }
    return {
      accounts: {
        list: make.accounts.list.handler(() => [...this.seed.accounts]),
        add: make.accounts.add.handler(({ errors }) => Promise.reject(errors.FORBIDDEN())),
        update: make.accounts.update.handler(({ errors }) => Promise.reject(errors.FORBIDDEN())),
        test: make.accounts.test.handler(() => ({ success: true, durationMs: 12, message: 'It works' })),
        remove: make.accounts.remove.handler(() => done),
      },
      keys: {
        list: make.keys.list.handler(() => this.keys),
        add: make.keys.add.handler(({ input }) => this.#addKey(input.name)),
        remove: make.keys.remove.handler(() => done),
      },
      providers: {
        list: make.providers.list.handler(() => [...this.seed.providers]),
        add: make.providers.add.handler(({ errors }) => Promise.reject(errors.FORBIDDEN())),
        remove: make.providers.remove.handler(() => done),
      },
      models: { list: make.models.list.handler(() => [...this.seed.models]) },
      settings: {
        get: make.settings.get.handler(() => settings.parse({})),
        update: make.settings.update.handler(() => settings.parse({})),
      },
    }
  }

  #addKey(name: string) {
    const secret = `ps-${'k'.repeat(39)}${1000 + this.keys.length}`
    const key: LocalKey = {
      id: `key_${this.keys.length}`,
      name,
      masked: `ps-…${secret.slice(-4)}`,
      models: ['*'],
      limits: {},
      createdAt: Date.now(),
      lastUsedAt: null,
      expiresAt: null,
      isWeak: false,
    }
    this.keys.unshift(key)
    return { key, secret }
  }

  async #list(limit: number, before = Number.POSITIVE_INFINITY): Promise<LogEntry[]> {
    if (this.logTrouble === 'hang') await new Promise(() => undefined)
    if (this.logTrouble === 'fail') throw new Error('the log is broken')
    return [...this.#entries.values()]
      .filter((entry) => entry.startedAt < before)
      .sort((one, other) => other.startedAt - one.startedAt)
      .slice(0, limit)
  }

  #changesAfter(sequence: number): LogBatch[] {
    const entries = [...this.#entries.values()].filter((entry) => entry.sequence > sequence)
    return entries.length === 0 ? [] : [{ entries, sequence: this.#sequence }]
  }

  async *#follow<Event extends 'status' | 'log', Value extends { status: ProxyStatus; log: LogBatch }[Event]>(
    event: Event,
    first: readonly Value[],
    signal: AbortSignal | undefined,
  ) {
    const stop = AbortSignal.any([this.#feeds.signal, ...(signal ? [signal] : [])])
    const changes = this.#events.subscribe(event, { signal: stop })
    yield* first
    for await (const change of changes) yield change as Value
  }
}
