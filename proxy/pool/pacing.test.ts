import { describe, expect, it } from 'vitest'
import { account, createTestPool, failure, want } from '../../test/support/test-pool.ts'

const PACED = { pacing: { inFlight: 1, betweenStartsMs: 2_500 } }

describe('an account whose provider asks for restraint', () => {
  it('serves one request at a time, whatever the pool’s settings allow', async () => {
    const { take, clock } = createTestPool([account('a', { pacing: { inFlight: 1, betweenStartsMs: 0 } })], {
      perAccountInflight: 8,
      queueSize: 4,
    })
    const first = await take()
    let isServed = false
    const second = take().then((lease) => {
      isServed = true
      return lease
    })
    await clock.advance(1_000)
    expect(isServed).toBe(false)
    first.report({ kind: 'ok' })
    expect((await second).account.id).toBe('a')
  })

  it('starts the next one only after its pause, in the order of asking', async () => {
    const { take, clock } = createTestPool([account('a', PACED)], { queueSize: 4 })
    const starts: string[] = []
    const serve = async (name: string) => {
      const lease = await take()
      starts.push(`${name} at ${clock.monotonic()}`)
      lease.report({ kind: 'ok' })
    }
    const all = Promise.all([serve('first'), serve('second'), serve('third')])
    await clock.advance(2_499)
    expect(starts).toEqual(['first at 0'])
    await clock.advance(5_000)
    await all
    expect(starts).toEqual(['first at 0', 'second at 2500', 'third at 5000'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('pauses by itself: another account takes over meanwhile', async () => {
    const { take } = createTestPool([account('a', PACED), account('b', PACED)])
    const served = [await take(), await take()]
    expect(served.map((lease) => lease.account.id)).toEqual(['a', 'b'])
  })

  it('lets a newcomer wait behind those who came before', async () => {
    const { take, clock } = createTestPool([account('a', PACED)], { queueSize: 4 })
    const order: number[] = []
    const serve = async (number: number) => {
      const lease = await take()
      order.push(number)
      lease.report({ kind: 'ok' })
    }
    const early = [serve(1), serve(2)]
    await clock.advance(2_400)
    const late = serve(3)
    await clock.advance(10_000)
    await Promise.all([...early, late])
    expect(order).toEqual([1, 2, 3])
  })
})

describe('a muted account', () => {
  const THREE_DAYS = 3 * 86_400_000

  it('is left alone until the mute is over, also where cooldowns are switched off', async () => {
    const { take, clock, pool, fail } = createTestPool([account('a')], {
      cooldown: { enabled: false, rateLimitBaseMs: 1, rateLimitMaxMs: 1, retryAfterMaxMs: 1, authMs: 1 },
    })
    await fail('account-muted', { retryAfterMs: THREE_DAYS })
    expect(pool.accounts()[0]?.state.health).toBe('muted')
    await clock.advance(THREE_DAYS - 1)
    await expect(take()).rejects.toMatchObject({ kind: 'account-muted', code: 'account_muted' })
    await clock.advance(2)
    const lease = await take()
    lease.report({ kind: 'ok' })
    expect(pool.accounts()[0]?.state.health).toBe('ready')
  })

  it('stays muted over a restart and over a new credential', async () => {
    const before = createTestPool([account('a')])
    await before.fail('account-muted', { retryAfterMs: THREE_DAYS })
    const after = createTestPool([account('a')])
    after.pool.recall(before.pool.remember())
    after.pool.setAccounts([account('a', { credential: 'a new one' })])
    await after.clock.advance(THREE_DAYS - 60_000)
    await expect(after.take()).rejects.toMatchObject({ kind: 'account-muted' })
    await after.clock.advance(120_000)
    expect((await after.take()).account.id).toBe('a')
  })

  it('ends a request instead of moving it', () => {
    expect(failure('account-muted').error.traits).toEqual({ fault: 'account', retry: 'never', status: 403 })
    expect(failure('check-required').error.traits.retry).toBe('never')
  })
})

describe('an account that has to pass a check', () => {
  it('needs its person, and is tried again after a while', async () => {
    const { take, clock, pool, fail } = createTestPool([account('a')])
    await fail('check-required')
    expect(pool.accounts()[0]?.state).toMatchObject({
      health: 'needs-sign-in',
      healthReason: 'simulated check-required',
    })
    await expect(take()).rejects.toMatchObject({ code: 'upstream_credentials_exhausted' })
    await clock.advance(1_800_001)
    expect((await take(want())).account.id).toBe('a')
  })
})
