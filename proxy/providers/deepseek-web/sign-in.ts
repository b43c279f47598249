import { toChatError } from '../../chat/chat-error.ts'
import { pickObject, pickText } from '../../chat/pick-fields.ts'
import type { Clock } from '../../clock.ts'
import type { CallAccount } from '../provider.ts'
import { readMute, signInRefused } from './read-failure.ts'
import type { WebApi } from './web-api.ts'

export type SignerPorts = {
  readonly api: WebApi
  readonly clock: Clock
  /** Writes a renewed token down; resolves when it is on the disk. */
  readonly keepToken: (accountId: string, token: string) => Promise<void>
}

/** Signs accounts in with their own password, and checks tokens. A muted account is an error here already. */
export function createSigner({ api, clock, keepToken }: SignerPorts) {
  async function signIn(account: CallAccount, signal: AbortSignal): Promise<string> {
    const { login } = account
    if (login === undefined)
      throw signInRefused('the token has ended, and there is no password to sign in with')
    const answer = await api.call('login', {
      signal,
      body: {
        email: login.email ?? null,
        mobile: login.mobile ?? null,
        area_code: null,
        password: login.password,
        device_id: '',
        os: 'web',
      },
    })
    const user = pickObject(answer, 'user')
    const token = pickText(user, 'token')
    if (token === undefined) throw signInRefused('the answer holds no token')
    await keepToken(account.id, token)
    const mute = readMute(user, clock.now)
    if (mute !== undefined) throw mute
    return token
  }

  /** The answer may hold another token than the one that was sent: from then on that one counts. */
  async function check(account: CallAccount, token: string, signal: AbortSignal): Promise<string> {
    const user = await api.call('currentUser', { token, signal })
    const current = pickText(user, 'token') ?? token
    if (current !== token) await keepToken(account.id, current)
    const mute = readMute(user, clock.now)
    if (mute !== undefined) throw mute
    return current
  }

  async function checkOrSignIn(
    account: CallAccount,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    if (token === undefined) return signIn(account, signal)
    try {
      return await check(account, token, signal)
    } catch (error) {
      if (account.login === undefined || toChatError(error).kind !== 'upstream-auth') throw error
      return signIn(account, signal)
    }
  }

  return { signIn, check, checkOrSignIn }
}
