import { ChatError } from '../chat/chat-error.ts'
import type { AccountPool, Lease, LeaseRequest } from './account-pool.ts'

/** Requests with direct tokens at a time, whoever sends them. */
export const DIRECT_IN_FLIGHT = 2

export type DirectCaller = {
  /** Stands for the caller; nothing leads from it to the token. */
  readonly owner: string
  readonly token: string
  readonly provider: string
}

/** What a relay needs of a pool. */
export type DirectPool = Pick<AccountPool, 'leaseNow' | 'lease' | 'accounts'>

/**
 * Pools of one request each, that lend its own token and nothing else: no account of the user's is seen, used or blamed.
 * All of them share one small bucket (SEC-14).
 */
export function createDirectPools(): (caller: DirectCaller) => DirectPool {
  const traffic = { inFlight: 0 }

  function lend({ owner, token, provider }: DirectCaller, want: LeaseRequest): Lease {
    const route = want.routes.find((each) => each.provider === provider)
    if (route === undefined || want.pin !== undefined || want.exclude.has(owner)) throw noOther(want.pin)
    if (traffic.inFlight >= DIRECT_IN_FLIGHT) throw busy()
    traffic.inFlight++
    let isOut = true
    return {
      account: {
        id: owner,
        provider,
        name: 'direct token',
        credential: token,
        enabled: true,
        priority: 0,
        weight: 1,
        isDirect: true,
      },
      provider,
      model: route.model,
      reason: 'the request brought a token of its own',
      report() {
        if (isOut) traffic.inFlight--
        isOut = false
      },
    }
  }

  return (caller) => ({
    leaseNow: (want) => lend(caller, want),
    lease: async (want) => lend(caller, want),
    accounts: () => [],
  })
}

function noOther(pin: string | undefined): ChatError {
  const why = pin === undefined ? 'its own token was refused' : `it cannot use the account "${pin}"`
  return new ChatError('no-account', `A request with a direct token uses that token alone: ${why}`, {
    code: 'account_unavailable',
  })
}

function busy(): ChatError {
  return new ChatError(
    'queue-full',
    `${DIRECT_IN_FLIGHT} requests with direct tokens are under way already; try again shortly`,
    { code: 'direct_token_limit', retryAfterMs: 1000 },
  )
}
