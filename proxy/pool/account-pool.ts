import type { CancelSignal } from '../cancel-signal.ts'
import type { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import {
  type AccountState,
  createAccountState,
  findUnusable,
  type PoolSettings,
  type Unusable,
} from './account-state.ts'
import { markLent } from './breaker.ts'
import { chooseAccount, type Entry } from './choose-account.ts'
import { type PoolMemory, recallStates, rememberStates } from './pool-memory.ts'
import { refuseLease } from './refuse-lease.ts'
import { settleLease } from './settle-lease.ts'
import { createWaitingLine } from './waiting-line.ts'
import { createWakeUp } from './wake-up.ts'

/** One account as the pool knows it. An empty credential belongs to a provider that needs none. */
export type PoolAccount = {
  readonly id: string
  readonly provider: string
  readonly name: string
  readonly credential: string
  readonly enabled: boolean
  readonly priority: number
  readonly weight: number
  /** What the account signs in with where it has no credential yet, or its credential has ended. */
  readonly login?: AccountLogin
  /** A session token beside the credential, for account pages alone. */
  readonly session?: string
  /** Not an account: the caller's own token, for one request. Nobody may keep anything of it. */
  readonly isDirect?: true
  /** Where its provider asks for more restraint than the settings of the pool. */
  readonly pacing?: Pacing
}

/** `email` or `mobile`, and the password. */
export type AccountLogin = { readonly email?: string; readonly mobile?: string; readonly password: string }

/** Requests of one account at a time, and the milliseconds between the starts of two of them. */
export type Pacing = { readonly inFlight: number; readonly betweenStartsMs: number }

type Route = { readonly provider: string; readonly model: string }

/** What a request wants: a model that some providers serve, in the user's order. */
export type LeaseRequest = {
  readonly routes: readonly Route[]
  /** An account's id or name that must serve, without substitute. */
  readonly pin?: string | undefined
  /** Accounts that this request has already failed on. */
  readonly exclude: ReadonlySet<string>
  /** What the conversation is known by, for the strategy `sticky`. */
  readonly conversation?: string | undefined
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
  /** An account that is free now; undefined where all are busy. Throws a `ChatError` where waiting cannot help. */
  leaseNow(want: LeaseRequest): Lease | undefined
  /** Waits for a free account. Rejects with a `ChatError`: none exists, all are cooling, the queue is full. */
  lease(want: LeaseRequest, signal: CancelSignal): Promise<Lease>
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
  /** Provider → the turn that was served last. */
  const turnOf = new Map<string, number>()
  const line = createWaitingLine<LeaseRequest, Lease>({ clock, tryGrant: (want) => tryLease(want) })
  const wakeUp = createWakeUp(clock, () => line.advance())

  function lend({ account, state }: Entry, model: string, reason: string, now: number): Lease {
    state.inFlight++
    state.lastUsedAt = clock.now()
    state.nextStartAt = now + (account.pacing?.betweenStartsMs ?? 0)
    // Who rested does not catch up on what it missed: its turn begins where the others stand now.
    const turn = Math.max(state.turns, turnOf.get(account.provider) ?? 0)
    turnOf.set(account.provider, turn)
    state.turns = turn + 1 / account.weight
    const isProbe = markLent(state.breaker)
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
        settleLease({ account, state, model, isProbe }, outcome, { entries, clock, settings: settings() })
        line.advance()
      },
    }
  }

  /** The accounts of a route that can be used, free or busy; why the others cannot goes to `unusable`. */
  function findUsable(route: Route, want: LeaseRequest, now: number, unusable: Unusable[]): Entry[] {
    const usable: Entry[] = []
    for (const entry of entries.values()) {
      if (!isCandidate(entry, route.provider, want)) continue
      const found = findUnusable(entry.state, entry.account, route.model, now)
      if (found === undefined) usable.push(entry)
      else unusable.push(found)
    }
    return usable
  }

  function tryLease(want: LeaseRequest): Lease | undefined {
    const unusable: Unusable[] = []
    const pauses: number[] = []
    let isBusy = false
    const now = clock.monotonic()
    for (const route of want.routes) {
      const usable = findUsable(route, want, now, unusable)
      const choice = chooseAccount({ usable, settings: settings(), conversation: want.conversation, now })
      if (choice !== undefined)
        return lend(choice.entry, route.model, explain(choice.reason, unusable, want), now)
      isBusy ||= usable.length > 0
      for (const { state } of usable) pauses.push(state.nextStartAt - now)
      // A conversation waits for its account rather than moving to the next provider (REL-18).
      if (isBusy && settings().strategy === 'sticky' && want.conversation !== undefined) break
    }
    if (isBusy) {
      wakeUp.expect([...unusable.flatMap(({ availableInMs }) => availableInMs ?? []), ...pauses])
      return undefined
    }
    throw refuseLease(want, unusable)
  }

  function leaseNow(want: LeaseRequest): Lease | undefined {
    // Those who wait come first; who is left of them cannot be served, and does not hold up others.
    line.advance()
    return tryLease(want)
  }

  return {
    leaseNow,
    async lease(want, signal) {
      const now = leaseNow(want)
      if (now !== undefined) return now
      const size = settings().queueSize ?? entries.size * 2
      try {
        return await line.wait(want, { size, waitMs: settings().queueWaitMs, signal })
      } finally {
        if (line.isEmpty()) wakeUp.cancel()
      }
    },
    setAccounts(accounts) {
      const known = new Set(accounts.map((account) => account.id))
      for (const id of entries.keys()) if (!known.has(id)) entries.delete(id)
      for (const account of accounts) {
        const entry = entries.get(account.id)
        if (entry !== undefined) replaceAccount(entry, account)
        else entries.set(account.id, { account, state: createAccountState() })
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

/** A new credential clears what the old one was blamed for; a mute is the account's own and stays. */
function replaceAccount(entry: Entry, account: PoolAccount): void {
  if (entry.state.health !== 'muted' && signsInWith(entry.account) !== signsInWith(account)) {
    entry.state.health = 'ready'
    entry.state.healthReason = null
    entry.state.blockedUntil = 0
  }
  entry.account = account
}

function signsInWith({ credential, login }: PoolAccount): string {
  return JSON.stringify([credential, login?.email, login?.mobile, login?.password])
}

function isCandidate({ account }: Entry, provider: string, { exclude, pin }: LeaseRequest): boolean {
  return (
    account.provider === provider &&
    !exclude.has(account.id) &&
    (pin === undefined || account.id === pin || account.name === pin)
  )
}

/** Why this account, and why not the others. */
function explain(reason: string, unusable: readonly Unusable[], want: LeaseRequest): string {
  const chosen = want.pin === undefined ? reason : 'pinned by the client'
  const tried = want.exclude.size === 0 ? '' : `; ${want.exclude.size} tried before`
  return `${chosen}${tried}${unusable.length === 0 ? '' : `; not ${unusable.map(({ text }) => text).join('; not ')}`}`
}
