import { ChatError } from '../chat/chat-error.ts'
import type { LeaseRequest } from './account-pool.ts'
import type { Unusable } from './account-state.ts'

/** Why nobody can serve a request now, in words that say what to do. */
export function refuseLease(want: LeaseRequest, unusable: readonly Unusable[]): ChatError {
  const providers = [...new Set(want.routes.map((route) => route.provider))].join(', ')
  const why = unusable[0]?.text
  if (want.pin !== undefined)
    return new ChatError(
      'no-account',
      `The pinned account "${want.pin}" cannot serve: ${why ?? 'it is not an account of this model'}`,
      { code: 'account_unavailable' },
    )
  if (unusable.length === 0) return noAccount(providers, want.routes[0]?.provider ?? 'NAME')
  if (unusable.every((one) => one.why === 'lacks-model'))
    return new ChatError('model-not-found', `No account of ${providers} has this model: ${why}`, {
      code: 'model_not_found',
      param: 'model',
    })
  const waits = unusable.flatMap(({ availableInMs }) => (availableInMs === undefined ? [] : [availableInMs]))
  if (waits.length > 0)
    return new ChatError('rate-limited', `Every account of ${providers} is resting: ${why}`, {
      code: 'rate_limit_exceeded',
      retryAfterMs: Math.min(...waits),
    })
  const muted = unusable.find((one) => one.why === 'muted')
  if (muted !== undefined)
    return new ChatError('account-muted', `No account of ${providers} can be used: ${muted.text}`, {
      code: 'account_muted',
    })
  return new ChatError('upstream-auth', `No account of ${providers} can be used: ${why}`, {
    code: 'upstream_credentials_exhausted',
  })
}

function noAccount(providers: string, provider: string): ChatError {
  const how = `add one with \`portside accounts add --provider ${provider}\` or on the Accounts page`
  return new ChatError('no-account', `No account for ${providers}: ${how}`, { code: 'no_account' })
}
