import { ChatError } from '../../chat/chat-error.ts'
import { powChallenge } from './pow/challenge.ts'
import type { PowSolver } from './pow/pow-solver.ts'
import type { Endpoint, Paths } from './vendor.ts'
import type { WebApi } from './web-api.ts'

export type ProveWork = (
  endpoint: Endpoint,
  token: string,
  signal: AbortSignal,
) => Promise<Readonly<Record<'x-ds-pow-response', string>>>

/** Fetches a challenge for one call and solves it. A challenge serves once: every call needs one of its own. */
export function createProveWork(api: WebApi, solver: PowSolver, paths: Paths): ProveWork {
  return async (endpoint, token, signal) => {
    // A continuation is proved as a part of its completion: there is no challenge for its own path.
    const path = paths[endpoint === 'continue' ? 'completion' : endpoint]
    const answer = await api.call('createChallenge', { token, signal, body: { target_path: path } })
    const challenge = powChallenge.safeParse(answer.challenge)
    if (!challenge.success || challenge.data.target_path !== path)
      throw new ChatError(
        'upstream-changed',
        'DeepSeek asks for a proof of work that Portside does not know',
        {
          code: 'pow_unknown',
        },
      )
    return { 'x-ds-pow-response': await solver.solve(challenge.data, signal) }
  }
}
