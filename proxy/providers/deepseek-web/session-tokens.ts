import { ChatError, toChatError } from '../../chat/chat-error.ts'
import type { CallAccount } from '../provider.ts'
import { createSigner, type SignerPorts } from './sign-in.ts'
import { TIMES } from './vendor.ts'

/** The tokens of all accounts. Whatever many requests need at once is asked for once (REL-19). */
export type SessionTokens = {
  /** A token that was checked within the hour. */
  token(account: CallAccount, signal: AbortSignal): Promise<string>
  /** A token in the place of one that was refused: somebody else's renewal counts too. */
  renew(account: CallAccount, refused: string, signal: AbortSignal): Promise<string>
  /** Checks anew, whatever is remembered. */
  check(account: CallAccount, signal: AbortSignal): Promise<string>
  /** Every token known by now, so that none of them is quoted to anybody. */
  known(account: CallAccount): readonly string[]
}

type Entry = {
  /** What the account signed in with when this was made. */
  readonly madeFrom: string
  token: string | undefined
  checkedAt: number
  pending: Promise<string> | undefined
  refused: { readonly error: ChatError; readonly until: number } | undefined
}

export function createSessionTokens({ api, clock, keepToken }: SignerPorts): SessionTokens {
  const entries = new Map<string, Entry>()
  const signer = createSigner({ api, clock, keepToken })

  function entryOf(account: CallAccount): Entry {
    const madeFrom = JSON.stringify([account.credential, account.login])
    const known = entries.get(account.id)
    if (known?.madeFrom === madeFrom) return known
    const token = account.credential === '' ? undefined : account.credential
    const fresh = {
      madeFrom,
      token,
      checkedAt: Number.NEGATIVE_INFINITY,
      pending: undefined,
      refused: undefined,
    }
    if (account.isDirect !== true) entries.set(account.id, fresh)
    return fresh
  }

  /** One renewal at a time for an account; whoever comes meanwhile shares its outcome, good or bad. */
  function share(entry: Entry, work: (signal: AbortSignal) => Promise<string>): Promise<string> {
    if (entry.refused !== undefined && entry.refused.until > clock.monotonic())
      return Promise.reject(entry.refused.error)
    entry.pending ??= withinTime(work)
      .then(
        (token) => {
          entry.token = token
          entry.checkedAt = clock.monotonic()
          return token
        },
        (thrown: unknown) => {
          const error = toChatError(thrown)
          // A password that is refused is not tried again and again: that is what locks accounts.
          if (error.kind === 'upstream-auth')
            entry.refused = { error, until: clock.monotonic() + TIMES.signInRefused }
          throw error
        },
      )
      .finally(() => {
        entry.pending = undefined
      })
    return entry.pending
  }

  /** The work outlives the request that began it, since others wait for it too; it has a time limit of its own. */
  async function withinTime(work: (signal: AbortSignal) => Promise<string>): Promise<string> {
    const controller = new AbortController()
    const timer = clock.timer(TIMES.signIn, () =>
      controller.abort(new ChatError('timed-out', 'DeepSeek did not answer the sign-in in time')),
    )
    try {
      return await work(controller.signal)
    } finally {
      timer.cancel()
    }
  }

  function checked(account: CallAccount, entry: Entry, signal: AbortSignal): Promise<string> {
    return orAborted(
      share(entry, (limit) => signer.checkOrSignIn(account, entry.token, limit)),
      signal,
    )
  }

  return {
    check(account, signal) {
      const entry = entryOf(account)
      entry.refused = undefined
      return checked(account, entry, signal)
    },
    async token(account, signal) {
      const entry = entryOf(account)
      const isFresh = clock.monotonic() - entry.checkedAt < TIMES.tokenChecked
      if (entry.token !== undefined && isFresh && entry.pending === undefined) return entry.token
      return checked(account, entry, signal)
    },
    async renew(account, refused, signal) {
      const entry = entryOf(account)
      if (entry.token !== undefined && entry.token !== refused) return entry.token
      return orAborted(
        share(entry, (limit) =>
          account.login === undefined ? signer.check(account, refused, limit) : signer.signIn(account, limit),
        ),
        signal,
      )
    },
    known(account) {
      const token = entries.get(account.id)?.token
      return token === undefined ? [] : [token]
    },
  }
}

/** Waits for shared work only as long as the request lives; the work itself goes on for the others. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
