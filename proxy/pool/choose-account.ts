import { createHash } from 'node:crypto'
import type { PoolAccount } from './account-pool.ts'
import type { AccountState, PoolSettings } from './account-state.ts'

export type Entry = { account: PoolAccount; readonly state: AccountState }

export type Choice = { readonly entry: Entry; readonly reason: string }

export type ChoiceRequest = {
  /** Accounts that may serve now, free or busy, in the order of the settings. */
  readonly usable: readonly Entry[]
  readonly settings: PoolSettings
  /** What the conversation is known by; for `sticky`. */
  readonly conversation: string | undefined
  /** On the monotonic clock. */
  readonly now: number
}

const nextInTurn = reasonAmong('next in turn')
const leastBusy = reasonAmong('least busy')
const firstWithRoom = reasonAmong('first with room')
const bestPriority = reasonAmong('best priority')

/** Picks who serves next by the strategy of the settings; undefined where whoever should is busy. */
export function chooseAccount({ usable, settings, conversation, now }: ChoiceRequest): Choice | undefined {
  const free = usable.filter((entry) => isFree(entry, settings, now))
  switch (settings.strategy) {
    case 'round-robin':
      return pick(lowest(free, byTurns), nextInTurn(free.length))
    case 'least-busy':
      return pick(
        lowest(free, ({ account, state }) => state.inFlight / account.weight, byTurns),
        leastBusy(free.length),
      )
    case 'fill-first':
      return pick(free[0], firstWithRoom(free.length))
    case 'priority':
      return pick(
        lowest(free, ({ account }) => account.priority, byTurns),
        bestPriority(free.length),
      )
    case 'sticky':
      return chooseSticky(usable, free, conversation)
  }
}

/** Words a reason by how many accounts were free. Each sentence is made once: the log compares it with the row before. */
function reasonAmong(reason: string): (free: number) => string {
  const made: string[] = []
  return (free) => {
    if (free === 1) return 'the only free account'
    made[free] ??= `${reason} of ${free} free accounts`
    return made[free]
  }
}

/** Says whether an account has room for one more request now. */
function isFree({ account, state }: Entry, settings: PoolSettings, now: number): boolean {
  return state.inFlight < inFlightLimit(account, settings.perAccountInflight) && state.nextStartAt <= now
}

/** How many requests an account takes at a time. */
export function inFlightLimit({ pacing }: PoolAccount, perAccount: number): number {
  return pacing?.inFlight ?? perAccount
}

/** A conversation stays with its account while that can be used at all; only when it is busy does the request wait. */
function chooseSticky(
  usable: readonly Entry[],
  free: readonly Entry[],
  conversation: string | undefined,
): Choice | undefined {
  if (conversation === undefined)
    return pick(lowest(free, byTurns), 'next in turn: the request names no conversation')
  const home = lowest(usable, ({ account }) => rendezvous(conversation, account.id))
  if (home === undefined || !free.includes(home)) return undefined
  return pick(home, 'the account of this conversation')
}

/** Rendezvous hashing: each conversation ranks all accounts, so that one account less moves only its own. */
function rendezvous(conversation: string, accountId: string): number {
  return createHash('sha256').update(`${conversation}\0${accountId}`).digest().readUInt32BE(0)
}

function byTurns({ state }: Entry): number {
  return state.turns
}

/** The entry with the lowest value; equal ones are told apart by the second measure, then by their order. */
function lowest(
  entries: readonly Entry[],
  measure: (entry: Entry) => number,
  tie: (entry: Entry) => number = () => 0,
): Entry | undefined {
  let best: Entry | undefined
  for (const entry of entries) {
    if (best === undefined) best = entry
    else {
      const difference = measure(entry) - measure(best) || tie(entry) - tie(best)
      if (difference < 0) best = entry
    }
  }
  return best
}

function pick(entry: Entry | undefined, reason: string): Choice | undefined {
  return entry && { entry, reason }
}
