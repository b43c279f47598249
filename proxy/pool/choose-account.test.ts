import { describe, expect, it } from 'vitest'
import { account, createTestPool, failure, type TestPool, want } from '../../test/support/test-pool.ts'
import type { LeaseRequest } from './account-pool.ts'

/** Who serves `count` requests that come one after the other. */
async function serve({ take }: TestPool, count: number, wanted: () => LeaseRequest = () => want()) {
  const served: string[] = []
  for (let index = 0; index < count; index++) {
    const lease = await take(wanted())
    served.push(lease.account.id)
    lease.report({ kind: 'ok' })
  }
  return served
}

const countOf = (served: readonly string[], id: string) => served.filter((other) => other === id).length

describe('REL-18: round-robin', () => {
  it('4,000 requests over four accounts: 1,000 each, within two percent', async () => {
    const test = createTestPool(['a', 'b', 'c', 'd'].map((id) => account(id)))
    const served = await serve(test, 4000)
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(countOf(served, id)).toBeGreaterThanOrEqual(980)
      expect(countOf(served, id)).toBeLessThanOrEqual(1020)
    }
  })

  it('a weight of three is three times the share', async () => {
    const test = createTestPool([account('a', { weight: 3 }), account('b')])
    const served = await serve(test, 4000)
    expect(countOf(served, 'a') / countOf(served, 'b')).toBeCloseTo(3, 1)
  })

  it('an account that rested does not catch up on what it missed', async () => {
    const test = createTestPool([account('a'), account('b')])
    ;(await test.take(want({ pin: 'a' }))).report(failure('rate-limited', { retryAfterMs: 60_000 }))
    await serve(test, 1000)
    await test.clock.advance(60_000)
    expect(Math.abs(countOf(await serve(test, 100), 'a') - 50)).toBeLessThanOrEqual(1)
  })

  it('a new account neither floods nor starves', async () => {
    const test = createTestPool([account('a'), account('b')])
    await serve(test, 1000)
    test.pool.setAccounts([account('a'), account('b'), account('c')])
    const served = await serve(test, 300)
    expect(Math.abs(countOf(served, 'c') - 100)).toBeLessThanOrEqual(2)
  })
})

describe('The other strategies', () => {
  it('least-busy: the account with the fewest requests for its weight', async () => {
    const test = createTestPool([account('a'), account('b', { weight: 2 })], {
      strategy: 'least-busy',
      perAccountInflight: 9,
    })
    const leases = await Promise.all(Array.from({ length: 6 }, () => test.take()))
    expect(
      countOf(
        leases.map((lease) => lease.account.id),
        'b',
      ),
    ).toBe(4)
    for (const lease of leases.filter((one) => one.account.id === 'a')) lease.report({ kind: 'ok' })
    expect((await test.take()).account.id).toBe('a')
  })

  it('fill-first: the first account that has room, in the order of the settings', async () => {
    const test = createTestPool([account('a'), account('b'), account('c')], { strategy: 'fill-first' })
    const leases = await Promise.all(Array.from({ length: 5 }, () => test.take()))
    expect(leases.map((lease) => lease.account.id)).toEqual(['a', 'a', 'b', 'b', 'c'])
  })

  it('priority: the lowest number first, in turn among equals, the next one only when those are busy', async () => {
    const test = createTestPool(
      [account('spare', { priority: 5 }), account('a', { priority: 1 }), account('b', { priority: 1 })],
      { strategy: 'priority' },
    )
    const leases = await Promise.all(Array.from({ length: 6 }, () => test.take()))
    expect(leases.map((lease) => lease.account.id)).toEqual(['a', 'b', 'a', 'b', 'spare', 'spare'])
  })

  it('REL-18: sticky: a conversation moves only when its account cannot be used, and only its own', async () => {
    const accounts = ['a', 'b', 'c', 'd'].map((id) => account(id))
    const test = createTestPool(accounts, { strategy: 'sticky' })
    const home = async (conversation: string) => (await serve(test, 3, () => want({ conversation }))).join() // always three times the same
    const before = new Map<string, string>()
    for (let index = 0; index < 60; index++) before.set(`talk ${index}`, await home(`talk ${index}`))
    expect([...before.values()].every((homes) => new Set(homes.split(',')).size === 1)).toBe(true)
    expect(new Set(before.values()).size).toBe(4)
    ;(await test.take(want({ pin: 'a' }))).report(failure('upstream-auth'))
    for (const [conversation, homes] of before) {
      const now = await home(conversation)
      if (homes.startsWith('a')) expect(now).not.toContain('a')
      else expect(now).toBe(homes)
    }
  })

  it('REL-18: sticky: a conversation waits for its busy account, also where another provider has room', async () => {
    const test = createTestPool([account('a'), account('z', { provider: 'q' })], { strategy: 'sticky' })
    const wanted = want({
      conversation: 'talk',
      routes: [
        { provider: 'p', model: 'm' },
        { provider: 'q', model: 'm' },
      ],
    })
    const [first] = await Promise.all([test.take(wanted), test.take(wanted)])
    const third = test.take(wanted)
    await Promise.resolve()
    expect(test.pool.counts().waiting).toBe(1)
    first?.report({ kind: 'ok' })
    expect((await third).account.id).toBe('a')
  })
})

describe('REL-18: a pinned account', () => {
  it('serves by its id or by its name', async () => {
    const test = createTestPool([account('a'), account('b')])
    expect(await serve(test, 2, () => want({ pin: 'b' }))).toEqual(['b', 'b'])
    expect(await serve(test, 2, () => want({ pin: 'name of b' }))).toEqual(['b', 'b'])
  })

  it('has no substitute', async () => {
    const test = createTestPool([account('a'), account('b')])
    ;(await test.take(want({ pin: 'b' }))).report(failure('rate-limited', { retryAfterMs: 9000 }))
    for (const pin of ['b', 'unknown'])
      await expect(test.take(want({ pin }))).rejects.toMatchObject({
        kind: 'no-account',
        code: 'account_unavailable',
        traits: { status: 503 },
      })
  })
})

describe('Several providers for one model', () => {
  const routes = [
    { provider: 'p', model: 'big' },
    { provider: 'q', model: 'big-2' },
  ]

  it('are asked in the user’s order; the next one serves when the first is busy, resting or tried', async () => {
    const test = createTestPool([account('a'), account('z', { provider: 'q' })])
    const leases = await Promise.all(Array.from({ length: 3 }, () => test.take(want({ routes }))))
    expect(leases.map(({ account: { id }, model }) => `${id} ${model}`)).toEqual([
      'a big',
      'a big',
      'z big-2',
    ])
    leases[0]?.report(failure('rate-limited', { retryAfterMs: 60_000 }))
    leases[1]?.report({ kind: 'aborted' })
    expect((await test.take(want({ routes }))).account.id).toBe('z')
    await test.clock.advance(60_000)
    const [a, b] = [await test.take(want({ routes })), await test.take(want({ routes }))]
    expect([a, b].map((lease) => lease.account.id)).toEqual(['a', 'a'])
    leases[2]?.report({ kind: 'ok' })
    a?.report({ kind: 'ok' })
    expect((await test.take(want({ routes, exclude: new Set(['a']) }))).account.id).toBe('z')
  })

  it('the reason says why this one and why not the others', async () => {
    const test = createTestPool([account('a'), account('b')])
    ;(await test.take(want({ pin: 'a' }))).report(failure('rate-limited', { retryAfterMs: 9000 }))
    expect((await test.take(want({ exclude: new Set(['x']) }))).reason).toBe(
      'the only free account; 1 tried before; not "name of a" reached a rate limit and may be used again in 9 s',
    )
  })
})
