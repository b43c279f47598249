import { describe, expect, it } from 'vitest'
import { account, createTestPool } from '../../test/support/test-pool.ts'
import type { ErrorKind } from '../chat/chat-error.ts'
import { viewAccounts } from './account-view.ts'

const MINUTE = 60_000

describe('an account that rests, as the screen sees it', () => {
  it.each([
    ['account-muted', 'muted', 3 * 1440 * MINUTE],
    ['upstream-auth', 'needs-sign-in', 30 * MINUTE],
    ['check-required', 'needs-sign-in', 30 * MINUTE],
    ['quota-exhausted', 'quota', 90 * MINUTE],
  ] as const)(
    '%s: %s, with the reason and the time at which it is tried again',
    async (kind, health, restMs) => {
      const { pool, clock, fail } = createTestPool([account('a')])
      const says = kind === 'upstream-auth' || kind === 'check-required' ? {} : { retryAfterMs: restMs }
      await fail(kind satisfies ErrorKind, says)
      const view = () => viewAccounts(pool, [], 2, clock)[0]
      expect(view()).toMatchObject({
        health,
        healthReason: `simulated ${kind}`,
        availableAt: clock.now() + restMs,
      })
      await clock.advance(restMs + 1)
      expect(view()).toMatchObject({ health: 'ready', availableAt: null })
    },
  )

  it('keeps its time over a restart, whatever the clock of the process began at', async () => {
    const before = createTestPool([account('a')])
    await before.clock.advance(5 * MINUTE)
    await before.fail('quota-exhausted', { retryAfterMs: 90 * MINUTE })
    const until = viewAccounts(before.pool, [], 2, before.clock)[0]?.availableAt
    const after = createTestPool([account('a')])
    after.clock.jumpWall(5 * MINUTE)
    after.pool.recall(before.pool.remember())
    expect(viewAccounts(after.pool, [], 2, after.clock)[0]).toMatchObject({
      health: 'quota',
      availableAt: until,
    })
  })

  it('is busy with one request where its provider takes one at a time', async () => {
    const { pool, clock, take } = createTestPool([
      account('a', { pacing: { inFlight: 1, betweenStartsMs: 0 } }),
    ])
    await take()
    expect(viewAccounts(pool, [], 8, clock)[0]).toMatchObject({ health: 'busy', inFlight: 1 })
  })
})
