import { ChatError } from '../../chat/chat-error.ts'
import type { CallAccount } from '../provider.ts'
import type { ProveWork } from './prove-work.ts'
import { POW_REFUSED, TOKEN_REFUSED } from './read-failure.ts'
import type { SessionTokens } from './session-tokens.ts'
import type { Endpoint } from './vendor.ts'

/** One request's way through its account: the token that it uses, and what may be tried once more. */
export type AccountRun = {
  readonly token: string
  /** Fresh proof-of-work headers for one call. */
  prove(endpoint: Endpoint): Promise<Readonly<Record<string, string>>>
  /** Whether the failed step may be done again: with a renewed token, or with a new challenge, each once a request. */
  mayRedo(error: unknown): Promise<boolean>
  /** Does a step, and once more where `mayRedo` says so. */
  step<T>(work: (token: string) => Promise<T>): Promise<T>
  /** Everything that must not be quoted. */
  secrets(): readonly (string | undefined)[]
}

export type RunPorts = { readonly tokens: SessionTokens; readonly proveWork: ProveWork }

export async function createAccountRun(
  account: CallAccount,
  signal: AbortSignal,
  { tokens, proveWork }: RunPorts,
): Promise<AccountRun> {
  let token = await tokens.token(account, signal)
  const used = new Set([token])
  const proofs: string[] = []
  const redone = { token: false, pow: false }

  async function mayRedo(error: unknown): Promise<boolean> {
    if (!(error instanceof ChatError)) return false
    if (error.code === POW_REFUSED && !redone.pow) {
      redone.pow = true
      return true
    }
    if (error.code !== TOKEN_REFUSED || redone.token) return false
    redone.token = true
    token = await tokens.renew(account, token, signal)
    used.add(token)
    return true
  }

  return {
    get token() {
      return token
    },
    async prove(endpoint) {
      const headers = await proveWork(endpoint, token, signal)
      proofs.push(headers['x-ds-pow-response'])
      return headers
    },
    mayRedo,
    async step(work) {
      for (;;) {
        try {
          return await work(token)
        } catch (error) {
          if (!(await mayRedo(error))) throw error
        }
      }
    },
    secrets: () => [account.credential, account.login?.password, ...used, ...proofs],
  }
}
