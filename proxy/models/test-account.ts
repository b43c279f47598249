import type { AccountTest } from '../../contract/account.ts'
import { toChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import type { PoolAccount } from '../pool/account-pool.ts'
import type { Provider } from '../providers/provider.ts'
import { discoverModels } from './discover-models.ts'

/** Tries an account's credential with the cheapest real request there is: the list of models, or a check of the sign-in. */
export async function testAccount(
  account: PoolAccount,
  provider: Provider,
  clock: Clock,
  signal: AbortSignal,
): Promise<AccountTest> {
  const startedAt = clock.monotonic()
  const done = (success: boolean, message: string): AccountTest => ({
    success,
    durationMs: Math.round(clock.monotonic() - startedAt),
    message,
  })
  try {
    if (provider.kind === 'chat')
      return done(true, (await provider.testAccount?.(account, signal)) ?? 'The demo needs no account')
    const models = await discoverModels(provider, account, signal)
    return done(true, `The account works; ${provider.baseUrl.host} lists ${models.length} models`)
  } catch (thrown) {
    const error = toChatError(thrown)
    const isUnknown = error.kind === 'internal' && provider.kind === 'wire'
    return done(false, isUnknown ? `${provider.baseUrl.host} gave no list of models` : error.message)
  }
}
