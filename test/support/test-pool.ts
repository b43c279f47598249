import { ChatError, type ErrorKind } from '../../proxy/chat/chat-error.ts'
import {
  type AccountPool,
  createAccountPool,
  type LeaseRequest,
  type PoolAccount,
} from '../../proxy/pool/account-pool.ts'
import type { PoolSettings } from '../../proxy/pool/account-state.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'

export const DEFAULTS: PoolSettings = {
  strategy: 'round-robin',
  perAccountInflight: 2,
  queueSize: null,
  queueWaitMs: 30_000,
  cooldown: {
    enabled: true,
    rateLimitBaseMs: 1000,
    rateLimitMaxMs: 1_800_000,
    retryAfterMaxMs: 86_400_000,
    authMs: 1_800_000,
  },
  breaker: {
    enabled: true,
    consecutiveFailures: 5,
    failureRatio: 0.5,
    minimumRequests: 10,
    windowMs: 60_000,
    openMs: 30_000,
    openMaxMs: 300_000,
    maxEjectedRatio: 0.5,
  },
}

export const NEVER: AbortSignal = new AbortController().signal

export function account(id: string, more: Partial<PoolAccount> = {}): PoolAccount {
  return {
    id,
    provider: 'p',
    name: `name of ${id}`,
    credential: `sk-${id}`,
    enabled: true,
    priority: 0,
    weight: 1,
    ...more,
  }
}

export function want(more: Partial<LeaseRequest> = {}): LeaseRequest {
  return { routes: [{ provider: 'p', model: 'm' }], exclude: new Set(), ...more }
}

export const forModel = (model: string) => want({ routes: [{ provider: 'p', model }] })

export function failure(kind: ErrorKind, more: { retryAfterMs?: number; code?: string } = {}) {
  return { kind: 'failed', error: new ChatError(kind, `simulated ${kind}`, more) } as const
}

export type TestPool = {
  readonly pool: AccountPool
  readonly clock: FakeClock
  take(wanted?: LeaseRequest): ReturnType<AccountPool['lease']>
  /** Takes a lease of the one account that there is and gives it back as failed. */
  fail(kind: ErrorKind, more?: { retryAfterMs?: number; code?: string }): Promise<void>
}

export function createTestPool(
  accounts: readonly PoolAccount[],
  settings: Partial<PoolSettings> = {},
): TestPool {
  const clock = createFakeClock()
  const pool = createAccountPool(() => ({ ...DEFAULTS, ...settings }), clock)
  pool.setAccounts(accounts)
  const take = (wanted = want()) => pool.lease(wanted, NEVER)
  return {
    pool,
    clock,
    take,
    async fail(kind, more) {
      const lease = await take()
      lease.report(failure(kind, more))
    },
  }
}
