import type { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import {
  type AccountState,
  createAccountState,
  findUnusable,
  type PoolSettings,
  penalise,
  type Unusable,
} from './account-state.ts'
import { isEjected, markLent, recordNothing, recordSuccess } from './breaker.ts'
import { chooseAccount, type Entry } from './choose-account.ts'
import { type PoolMemory, recallStates, rememberStates } from './pool-memory.ts'
import { refuseLease } from './refuse-lease.ts'
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
  /** What the conversation is known by, for the strategy `sticky`. */
  readonly conversation?: string
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
  /** What must outlive a restart, with its points in wall time. */
  remember(): PoolMemory
  /** Takes up what was remembered; nothing of it lasts longer than the longest cooldown (REL-17). */
  recall(memory: PoolMemory): void
}

export function createAccountPool(settings: () => PoolSettings, clock: Clock): AccountPool {
  const entries = new Map<string, Entry>()
  const line = createWaitingLine<LeaseRequest, Lease>({ clock, tryGrant: (want) => tryLease(want) })

  function lend({ account, state }: Entry, model: string, reason: string): Lease {
    state.inFlight++
    state.lastUsedAt = clock.now()
    state.turns += 1 / account.weight
    markLent(state.breaker)
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
        settle(account, state, model, outcome)
        line.advance()
      },
    }
  }

  function settle(account: PoolAccount, state: AccountState, model: string, outcome: LeaseOutcome): void {
    if (outcome.kind === 'aborted') return recordNothing(state.breaker)
    if (outcome.kind === 'failed') {
      const mayEject = mayEjectOneMore(account.provider)
      penalise(state, { model, error: outcome.error, settings: settings(), clock, mayEject })
      // What did not count against the breaker says nothing: a probe may go out again.
      return recordNothing(state.breaker)
    }
    recordSuccess(state.breaker, settings().breaker, clock.monotonic())
    // A late success of an older request does not end a rest that began meanwhile (REL-13).
    if ((state.coolingUntil.get(model) ?? 0) <= clock.monotonic()) state.rateLimitLevel.delete(model)
    if (state.blockedUntil <= clock.monotonic()) {
      state.health = 'ready'
      state.healthReason = null
    }
  }

  /** At most a share of a provider's accounts is ejected, and so never the last one (REL-15). */
  function mayEjectOneMore(provider: string): boolean {
    const peers = [...entries.values()].filter(
      ({ account }) => account.provider === provider && account.enabled,
    )
    const ejected = peers.filter(({ state }) => isEjected(state.breaker, clock.monotonic())).length
    return (ejected + 1) / peers.length <= settings().breaker.maxEjectedRatio
  }

  /** A lease if an account is free now; undefined if all usable ones are busy. Throws where waiting cannot help. */
  function tryLease(want: LeaseRequest): Lease | undefined {
    const unusable: Unusable[] = []
    let isBusy = false
    for (const route of want.routes) {
      const usable = candidatesOf(entries, route.provider, want).filter(({ account, state }) => {
        const found = findUnusable(state, account, route.model, clock)
        if (found !== undefined) unusable.push(found)
        return found === undefined
      })
      const choice = chooseAccount({ usable, settings: settings(), conversation: want.conversation })
      if (choice !== undefined) return lend(choice.entry, route.model, explain(choice.reason, unusable, want))
      isBusy ||= usable.length > 0
    }
    if (isBusy) return undefined
    throw refuseLease(want, unusable)
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
        if (entry !== undefined) replaceAccount(entry, account)
        else
          entries.set(account.id, {
            account,
            state: { ...createAccountState(), turns: lowestTurns(entries) },
          })
      }
      line.advance()
    },
    accounts: () => [...entries.values()],
    counts: () => ({
      inFlight: [...entries.values()].reduce((sum, entry) => sum + entry.state.inFlight, 0),
      waiting: line.length(),
    }),
    remember: () => rememberStates(entries, clock),
    recall: (memory) => recallStates(entries, memory, clock, settings().cooldown.retryAfterMaxMs),
  }
}

/** A new account begins where the others stand: it neither floods nor starves. */
function lowestTurns(entries: ReadonlyMap<string, Entry>): number {
  return entries.size === 0 ? 0 : Math.min(...[...entries.values()].map(({ state }) => state.turns))
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

/** Why this account, and why not the others. */
function explain(reason: string, unusable: readonly Unusable[], want: LeaseRequest): string {
  const chosen = want.pin === undefined ? reason : 'pinned by the client'
  const tried = want.exclude.size === 0 ? '' : `; ${want.exclude.size} tried before`
  return `${chosen}${tried}${unusable.length === 0 ? '' : `; not ${unusable.map(({ text }) => text).join('; not ')}`}`
}
