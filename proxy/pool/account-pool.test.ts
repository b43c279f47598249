import { describe, expect, it } from 'vitest'
import { account, createTestPool, failure, forModel, NEVER, want } from '../../test/support/test-pool.ts'
import { isEjected } from './breaker.ts'

const ids = (count: number) => Array.from({ length: count }, (_, index) => account(`a${index}`))
const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'lent',
    (error) => `${error.kind}/${error.code}`,
  )

describe('REL-12: what a failure rests', () => {
  it('a rate limit rests the account for its model alone', async () => {
    const { pool, take, clock } = createTestPool(ids(1))
    const lease = await take(forModel('a'))
    lease.report(failure('rate-limited', { retryAfterMs: 7000 }))
    expect(await kindOf(take(forModel('a')))).toBe('rate-limited/rate_limit_exceeded')
    expect(await kindOf(take(forModel('b')))).toBe('lent')
    await clock.advance(6999)
    expect(await kindOf(take(forModel('a')))).toBe('rate-limited/rate_limit_exceeded')
    await clock.advance(1)
    expect(await kindOf(take(forModel('a')))).toBe('lent')
    expect(pool.counts().inFlight).toBe(2)
  })

  it.each([
    ['upstream-auth', 'needs-sign-in'],
    ['quota-exhausted', 'quota'],
  ] as const)('%s rests the whole account for half an hour', async (kind, health) => {
    const { pool, take, fail, clock } = createTestPool(ids(1))
    await fail(kind)
    expect(await kindOf(take(forModel('other')))).toBe('upstream-auth/upstream_credentials_exhausted')
    expect(pool.accounts()[0]?.state.health).toBe(health)
    await clock.advance(1_800_000)
    const lease = await take()
    lease.report({ kind: 'ok' })
    expect(pool.accounts()[0]?.state.health).toBe('ready')
  })

  it('a new credential ends the rest that the old one was blamed for (FM-76)', async () => {
    const { pool, take, fail } = createTestPool(ids(1))
    const before = await take()
    await fail('upstream-auth')
    pool.setAccounts([account('a0', { credential: 'sk-new' })])
    const after = await take()
    expect([before.account.credential, after.account.credential]).toEqual(['sk-a0', 'sk-new'])
  })

  it('a model that an account lacks is taken from another, and asked for again after ten minutes (FM-26)', async () => {
    const { take, fail, clock } = createTestPool(ids(1))
    await fail('model-not-found')
    expect(await kindOf(take())).toBe('model-not-found/model_not_found')
    expect(await kindOf(take(forModel('b')))).toBe('lent')
    await clock.advance(600_000)
    expect(await kindOf(take())).toBe('lent')
  })
})

describe('REL-13: the rest grows once per window', () => {
  const restOf = (pool: ReturnType<typeof createTestPool>) =>
    (pool.pool.accounts()[0]?.state.coolingUntil.get('m') ?? 0) - pool.clock.monotonic()

  it('FM-16: fifty rate limits at once count as one', async () => {
    const test = createTestPool(ids(1), { perAccountInflight: 50 })
    const leases = await Promise.all(Array.from({ length: 50 }, () => test.take()))
    for (const lease of leases) lease.report(failure('rate-limited'))
    expect([test.pool.accounts()[0]?.state.rateLimitLevel.get('m'), restOf(test)]).toEqual([1, 1000])
  })

  it('doubles from window to window, up to half an hour, and begins anew after a success', async () => {
    const test = createTestPool(ids(1))
    const rests: number[] = []
    for (let round = 0; round < 13; round++) {
      await test.fail('rate-limited')
      rests.push(restOf(test))
      await test.clock.advance(restOf(test))
    }
    expect(rests.slice(0, 4)).toEqual([1000, 2000, 4000, 8000])
    expect(rests.at(-1)).toBe(1_800_000)
    const lease = await test.take()
    lease.report({ kind: 'ok' })
    await test.fail('rate-limited')
    expect(restOf(test)).toBe(1000)
  })

  it('a late success of an older request does not end a rest that began meanwhile', async () => {
    const test = createTestPool(ids(1))
    const older = await test.take()
    await test.fail('rate-limited', { retryAfterMs: 60_000 })
    older.report({ kind: 'ok' })
    expect(restOf(test)).toBe(60_000)
    expect(test.pool.accounts()[0]?.state.rateLimitLevel.get('m')).toBe(1)
  })

  it('FM-15: what an upstream asks for is kept within 1 s and 24 h, and a shorter wish does not shorten a rest', async () => {
    const test = createTestPool(ids(1), { perAccountInflight: 3 })
    const [first, second, third] = await Promise.all([test.take(), test.take(), test.take()])
    first?.report(failure('rate-limited', { retryAfterMs: 1 }))
    expect(restOf(test)).toBe(1000)
    second?.report(failure('rate-limited', { retryAfterMs: 999_999_999_000 }))
    third?.report(failure('rate-limited', { retryAfterMs: 5000 }))
    expect(restOf(test)).toBe(86_400_000)
  })
})

describe('REL-14: what blames nobody', () => {
  it.each([
    'invalid-request',
    'context-too-long',
    'content-refused',
    'too-large',
    'cancelled',
    'draining',
  ] as const)('%s', async (kind) => {
    const { pool, fail, take } = createTestPool(ids(2))
    for (let count = 0; count < 40; count++) await fail(kind)
    expect(pool.accounts().map(({ state }) => state.breaker.outcomes.length)).toEqual([0, 0])
    expect(await kindOf(take())).toBe('lent')
  })

  it.each(['dns', 'network', 'network_changed', 'refused_address', 'stale_socket'])(
    'FM-5: this machine’s own network: %s',
    async (code) => {
      const { pool, fail } = createTestPool(ids(2))
      for (let count = 0; count < 40; count++) await fail('upstream-unavailable', { code })
      expect(pool.accounts().map(({ state }) => state.breaker.outcomes.length)).toEqual([0, 0])
    },
  )

  it('a client that left', async () => {
    const { pool, take } = createTestPool(ids(2))
    for (let count = 0; count < 40; count++) (await take()).report({ kind: 'aborted' })
    expect(pool.accounts().map(({ state }) => state.breaker.consecutive)).toEqual([0, 0])
  })
})

describe('REL-15: the last account', () => {
  it('is never ejected, however often it fails', async () => {
    const { fail, take } = createTestPool(ids(1))
    for (let count = 0; count < 50; count++) await fail('upstream-unavailable')
    expect(await kindOf(take())).toBe('lent')
  })

  it('half of the accounts stay, when all of them fail', async () => {
    const { pool, take, clock } = createTestPool(ids(4))
    for (let count = 0; count < 100; count++) (await take()).report(failure('overloaded'))
    const ejected = pool.accounts().filter(({ state }) => isEjected(state.breaker, clock.monotonic()))
    expect(ejected).toHaveLength(2)
  })

  it('an account whose credential is refused does not count as one that stays', async () => {
    const { pool, take } = createTestPool(ids(2))
    ;(await take(want({ pin: 'a0' }))).report(failure('upstream-auth'))
    for (let count = 0; count < 20; count++)
      (await take(want({ pin: 'a1' }))).report(failure('upstream-unavailable'))
    expect(await kindOf(take())).toBe('lent')
    expect(pool.accounts()[1]?.state.breaker.openings).toBe(0)
  })
})

describe('REL-16: after the rest', () => {
  async function openFirst() {
    const test = createTestPool(ids(2), { perAccountInflight: 1000, queueSize: 1000 })
    for (let count = 0; count < 5; count++)
      (await test.take(want({ pin: 'a0' }))).report(failure('timed-out'))
    return test
  }

  it('exactly one probe goes out among 500 arrivals', async () => {
    const { take, clock } = await openFirst()
    await clock.advance(30_000)
    const leases = await Promise.all(Array.from({ length: 500 }, () => take()))
    expect(leases.filter(({ account: { id } }) => id === 'a0')).toHaveLength(1)
  })

  it('an older request that ends while the probe is out lets no second one out', async () => {
    const test = createTestPool(ids(2), { perAccountInflight: 1000 })
    const older = await test.take(want({ pin: 'a0' }))
    for (let count = 0; count < 5; count++)
      (await test.take(want({ pin: 'a0' }))).report(failure('timed-out'))
    await test.clock.advance(30_000)
    await test.take(want({ pin: 'a0' }))
    older.report({ kind: 'aborted' })
    expect(await kindOf(test.take(want({ pin: 'a0' })))).toBe('no-account/account_unavailable')
  })

  it('a probe that fails rests the account longer, also where there are two accounts only', async () => {
    const { take, clock } = await openFirst()
    await clock.advance(30_000)
    ;(await take(want({ pin: 'a0' }))).report(failure('timed-out'))
    await clock.advance(59_999)
    expect(await kindOf(take(want({ pin: 'a0' })))).toBe('no-account/account_unavailable')
    await clock.advance(1)
    expect(await kindOf(take(want({ pin: 'a0' })))).toBe('lent')
  })

  it('is in full use again within twice the rest', async () => {
    const { take, clock } = await openFirst()
    await clock.advance(30_000)
    ;(await take(want({ pin: 'a0' }))).report({ kind: 'ok' })
    const leases = await Promise.all(Array.from({ length: 10 }, () => take()))
    expect(leases.filter(({ account: { id } }) => id === 'a0').length).toBeGreaterThanOrEqual(4)
    expect(clock.monotonic()).toBeLessThanOrEqual(60_000)
  })
})

describe('REL-17: over a restart', () => {
  it('rests go on for what was left of them', async () => {
    const before = createTestPool(ids(2))
    ;(await before.take(want({ pin: 'a0' }))).report(failure('rate-limited', { retryAfterMs: 60_000 }))
    ;(await before.take(want({ pin: 'a1' }))).report(failure('upstream-auth'))
    const memory = JSON.parse(JSON.stringify(before.pool.remember()))
    const after = createTestPool(ids(2))
    after.clock.jumpWall(20_000)
    after.pool.recall(memory)
    const [a0, a1] = after.pool.accounts()
    expect([a0?.state.coolingUntil.get('m'), a0?.state.rateLimitLevel.get('m')]).toEqual([40_000, 1])
    expect([a1?.state.health, a1?.state.blockedUntil]).toEqual(['needs-sign-in', 1_780_000])
  })

  it('nothing lasts longer than 24 h, whatever the file or the clock says', async () => {
    const { pool, clock } = createTestPool(ids(2))
    const inTenYears = clock.now() + 10 * 365 * 86_400_000
    pool.recall({
      a0: {
        health: 'ready',
        healthReason: null,
        blockedUntil: 0,
        cooling: { m: { until: inTenYears, level: 3 } },
      },
      a1: { health: 'quota', healthReason: 'x', blockedUntil: inTenYears, cooling: {} },
      gone: { health: 'quota', healthReason: 'x', blockedUntil: inTenYears, cooling: {} },
    })
    const [a0, a1] = pool.accounts()
    expect([a0?.state.coolingUntil.get('m'), a1?.state.blockedUntil]).toEqual([86_400_000, 86_400_000])
  })

  it('what ended while Portside was off is over', () => {
    const { pool, clock, take } = createTestPool(ids(1))
    const past = clock.now() - 1
    pool.recall({
      a0: {
        health: 'quota',
        healthReason: 'x',
        blockedUntil: past,
        cooling: { m: { until: past, level: 3 } },
      },
    })
    return expect(kindOf(take())).resolves.toBe('lent')
  })
})

describe('REL-20: the queue', () => {
  it('never lends an account to more than two at once', async () => {
    const { pool, take } = createTestPool(ids(3), { queueSize: 1000 })
    const out = new Map<string, number>()
    let most = 0
    const work = Array.from({ length: 300 }, async () => {
      const lease = await take()
      const { id } = lease.account
      out.set(id, (out.get(id) ?? 0) + 1)
      most = Math.max(most, out.get(id) ?? 0)
      await Promise.resolve()
      out.set(id, (out.get(id) ?? 0) - 1)
      lease.report({ kind: 'ok' })
    })
    await Promise.all(work)
    expect([most, pool.counts()]).toEqual([2, { inFlight: 0, waiting: 0 }])
  })

  it('FM-71: with 8 of 8 out and 8 of 8 waiting, the next is refused at once', async () => {
    const { pool, take } = createTestPool(ids(4))
    const out = await Promise.all(Array.from({ length: 8 }, () => take()))
    const waiting = Array.from({ length: 8 }, () => take())
    await expect(take()).rejects.toMatchObject({ kind: 'queue-full', retryAfterMs: 2000 })
    expect(pool.counts()).toEqual({ inFlight: 8, waiting: 8 })
    for (const lease of out) lease.report({ kind: 'ok' })
    expect(await Promise.all(waiting)).toHaveLength(8)
  })

  it('who has waited 30 s is refused', async () => {
    const { take, clock, pool } = createTestPool(ids(1))
    await Promise.all([take(), take()])
    const waiting = kindOf(take())
    await clock.advance(29_999)
    expect(pool.counts().waiting).toBe(1)
    await clock.advance(1)
    expect(await waiting).toBe('queue-full/rate_limit_exceeded')
    expect(clock.pendingTimers).toBe(0)
  })

  it('FM-64: who goes away leaves at once and is never served', async () => {
    const { pool, take } = createTestPool(ids(1))
    const [first] = await Promise.all([take(), take()])
    const abort = new AbortController()
    const gone = pool.lease(want(), abort.signal)
    const next = take()
    abort.abort(new Error('left'))
    await expect(gone).rejects.toThrow('left')
    expect(pool.counts()).toEqual({ inFlight: 2, waiting: 1 })
    first?.report({ kind: 'ok' })
    expect((await next).account.id).toBe('a0')
  })

  it('serves in the order of arrival', async () => {
    const { take } = createTestPool(ids(1), { perAccountInflight: 1, queueSize: 10 })
    let current = await take()
    const order: number[] = []
    const waiting = [0, 1, 2, 3, 4].map((number) =>
      take().then((lease) => {
        order.push(number)
        current = lease
      }),
    )
    for (const turn of waiting) {
      current.report({ kind: 'ok' })
      await turn
    }
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  it('who waits for a busy account holds up nobody who can be served, not even with a full queue', async () => {
    const { take } = createTestPool([...ids(1), account('b0', { provider: 'q' })], { queueSize: 2 })
    await Promise.all([take(), take()])
    const waiting = [take(), take()]
    expect((await take(want({ routes: [{ provider: 'q', model: 'm' }] }))).account.id).toBe('b0')
    expect(waiting).toHaveLength(2)
  })

  it('an account whose rest ends serves who waits, while the other one stays busy', async () => {
    const { take, clock } = createTestPool(ids(2))
    ;(await take(want({ pin: 'a0' }))).report(failure('rate-limited', { retryAfterMs: 5000 }))
    await Promise.all([take(), take()])
    const waiting = take()
    await clock.advance(5000)
    expect((await waiting).account.id).toBe('a0')
  })

  it('who waits is told when nobody is left to wait for', async () => {
    const { pool, take } = createTestPool(ids(1))
    await Promise.all([take(), take()])
    const waiting = kindOf(take())
    pool.setAccounts([])
    expect(await waiting).toBe('no-account/no_account')
  })

  it('a lease is given back once, however often that is said', async () => {
    const { pool, take } = createTestPool(ids(1))
    const lease = await take()
    for (const _ of [1, 2, 3]) lease.report({ kind: 'ok' })
    expect(pool.counts().inFlight).toBe(0)
  })
})

describe('REL-40: a wall clock that jumps', () => {
  it.each([86_400_000, -86_400_000, 3_600_000, -3_600_000])(
    'FM-75: by %i ms changes no rest, no wait and no probe',
    async (jumpMs) => {
      const { pool, take, fail, clock } = createTestPool(ids(1))
      await fail('rate-limited', { retryAfterMs: 60_000 })
      clock.jumpWall(jumpMs)
      await clock.advance(59_999)
      expect(await kindOf(take())).toBe('rate-limited/rate_limit_exceeded')
      await clock.advance(1)
      await Promise.all([take(), take()])
      const waiting = kindOf(pool.lease(want(), NEVER))
      clock.jumpWall(-2 * jumpMs)
      await clock.advance(29_999)
      expect(pool.counts().waiting).toBe(1)
      await clock.advance(1)
      expect(await waiting).toBe('queue-full/rate_limit_exceeded')
    },
  )
})

describe('Nobody can serve', () => {
  it.each([
    ['no account at all', [], 'no-account/no_account'],
    ['all switched off', [account('a', { enabled: false })], 'upstream-auth/upstream_credentials_exhausted'],
  ] as const)('%s', async (_title, accounts, expected) => {
    expect(await kindOf(createTestPool(accounts).take())).toBe(expected)
  })

  it('FM-18: all rest: the shortest rest is told', async () => {
    const { take } = createTestPool(ids(2))
    ;(await take(want({ pin: 'a0' }))).report(failure('rate-limited', { retryAfterMs: 90_000 }))
    ;(await take(want({ pin: 'a1' }))).report(failure('rate-limited', { retryAfterMs: 20_000 }))
    await expect(take()).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 20_000 })
  })
})
