import { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import {
  type AccountState,
  createAccountState,
  type PoolSettings,
  penalise,
  usability,
} from './account-state.ts'
import { createWaitingLine } from './waiting-line.ts'

/** One account as the pool knows it. An empty credential belongs to a provider that needs none. */
export type PoolAccount = {
  readonly id: string
  readonly provider: string
  readonly name: string
  readonly credential: string
  readonly enabled: boolean
  readonly priority: number
  readonly weight: number
}

/** What a request wants: a model that some providers serve, in the user's order. */
export type LeaseRequest = {
  readonly routes: readonly { readonly provider: string; readonly model: string }[]
  /** An account's id or name that must serve, without substitute. */
  readonly pin?: string
  /** Accounts that this request has already failed on. */
  readonly exclude: ReadonlySet<string>
}

export type LeaseOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly error: ChatError }

/** One account lent to one attempt. `report` gives it back; only the first report counts. */
export type Lease = {
  readonly account: PoolAccount
  readonly provider: string
  readonly model: string
  /** Why this account and not the others, in one sentence. */
  readonly reason: string
  report(outcome: LeaseOutcome): void
}

export type AccountPool = {
  /** Waits for a free account. Rejects with a `ChatError`: none exists, all are cooling, the queue is full. */
  lease(want: LeaseRequest, signal: AbortSignal): Promise<Lease>
  setAccounts(accounts: readonly PoolAccount[]): void
  accounts(): readonly { readonly account: PoolAccount; readonly state: AccountState }[]
  counts(): { readonly inFlight: number; readonly waiting: number }
}

type Choice = { readonly entry: Entry; readonly model: string; readonly reason: string }
type Entry = { account: PoolAccount; readonly state: AccountState }

export function createAccountPool(settings: () => PoolSettings, clock: Clock): AccountPool {
  const entries = new Map<string, Entry>()
  let turn = 0
  const line = createWaitingLine<LeaseRequest, Lease>({ clock, tryGrant: (want) => tryLease(want) })

  function lend({ entry, model, reason }: Choice): Lease {
    const { account, state } = entry
    state.inFlight++
    state.lastUsedAt = clock.now()
    state.turn = ++turn
    let isOut = true
    return {
      account,
      provider: account.provider,
      model,
      reason,
      report(outcome) {
        if (!isOut) return
        isOut = false
        state.inFlight--
        settle(state, model, outcome)
        line.advance()
      },
    }
  }

  function settle(state: AccountState, model: string, outcome: LeaseOutcome): void {
    if (outcome.kind === 'failed') penalise(state, model, outcome.error, settings(), clock)
    if (outcome.kind === 'ok') {
      state.rateLimitLevel.delete(model)
      state.health = 'ready'
      state.healthReason = null
    }
  }

  /** A lease if an account is free now; undefined if all usable ones are busy. Throws where waiting cannot help. */
  function tryLease(want: LeaseRequest): Lease | undefined {
    const refusals: Refusal[] = []
    let isBusy = false
    for (const route of want.routes) {
      const candidates = candidatesOf(entries, route.provider, want)
      const usable = candidates.filter((entry) => {
        const reason = usability(entry.state, entry.account, route.model, clock)
        if (reason !== undefined) refusals.push({ entry, ...reason })
        return reason === undefined
      })
      const free = usable.filter((entry) => entry.state.inFlight < settings().perAccountInflight)
      const chosen = roundRobin(free)
      if (chosen !== undefined)
        return lend({
          entry: chosen,
          model: route.model,
          reason: explain(chosen, candidates.length, free.length, want),
        })
      isBusy ||= usable.length > 0
    }
    if (isBusy) return undefined
    throw refuse(want, refusals)
  }

  return {
    async lease(want, signal) {
      const now = line.isEmpty() ? tryLease(want) : undefined
      if (now !== undefined) return now
      const size = settings().queueSize ?? entries.size * 2
      return line.wait(want, { size, waitMs: settings().queueWaitMs, signal })
    },
    setAccounts(accounts) {
      const known = new Set(accounts.map((account) => account.id))
      for (const id of entries.keys()) if (!known.has(id)) entries.delete(id)
      for (const account of accounts) {
        const entry = entries.get(account.id)
        if (entry === undefined) entries.set(account.id, { account, state: createAccountState() })
        else replaceAccount(entry, account)
      }
      line.advance()
    },
    accounts: () => [...entries.values()],
    counts: () => ({
      inFlight: [...entries.values()].reduce((sum, entry) => sum + entry.state.inFlight, 0),
      waiting: line.length(),
    }),
  }
}

/** A new credential clears what the old one was blamed for. */
function replaceAccount(entry: Entry, account: PoolAccount): void {
  if (entry.account.credential !== account.credential) {
    entry.state.health = 'ready'
    entry.state.healthReason = null
    entry.state.blockedUntil = 0
  }
  entry.account = account
}

function candidatesOf(entries: ReadonlyMap<string, Entry>, provider: string, want: LeaseRequest): Entry[] {
  return [...entries.values()].filter(
    ({ account }) =>
      account.provider === provider &&
      !want.exclude.has(account.id) &&
      (want.pin === undefined || account.id === want.pin || account.name === want.pin),
  )
}

/** The account that has waited longest since its last turn. */
function roundRobin(free: readonly Entry[]): Entry | undefined {
  return free.reduce<Entry | undefined>(
    (best, entry) => (best === undefined || entry.state.turn < best.state.turn ? entry : best),
    undefined,
  )
}

function explain(chosen: Entry, known: number, free: number, want: LeaseRequest): string {
  if (want.pin !== undefined) return 'pinned by the client'
  if (known === 1) return want.exclude.size > 0 ? 'the only account not tried yet' : 'the only account'
  const others = known - 1
  if (free === 1) return `the only free one; ${others} other${others === 1 ? ' is' : 's are'} busy or resting`
  return `next in turn of ${free} free accounts${chosen.state.turn === 0 ? ', not used yet' : ''}`
}

type Refusal = { readonly entry: Entry; readonly why: string; readonly availableInMs: number | undefined }

function refuse(want: LeaseRequest, refusals: readonly Refusal[]): ChatError {
  const providers = [...new Set(want.routes.map((route) => route.provider))].join(', ')
  if (want.pin !== undefined)
    return new ChatError(
      'no-account',
      `The pinned account "${want.pin}" cannot serve: ${refusals[0]?.why ?? 'it is not an account of this model'}`,
      { code: 'account_unavailable' },
    )
  if (refusals.length === 0)
    return new ChatError(
      'no-account',
      `No account for ${providers}: add one with \`portside accounts add --provider ${want.routes[0]?.provider ?? 'NAME'}\` or on the Accounts page`,
      { code: 'no_account' },
    )
  const waits = refusals.flatMap(({ availableInMs }) => (availableInMs === undefined ? [] : [availableInMs]))
  if (waits.length > 0)
    return new ChatError('rate-limited', `Every account of ${providers} is resting: ${refusals[0]?.why}`, {
      code: 'rate_limit_exceeded',
      retryAfterMs: Math.min(...waits),
    })
  return new ChatError('upstream-auth', `No account of ${providers} can be used: ${refusals[0]?.why}`, {
    code: 'upstream_credentials_exhausted',
  })
}
