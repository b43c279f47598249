import { expect, vi } from 'vitest'
import { type Clock, systemClock } from '../../../proxy/clock.ts'
import { ask, sayView } from '../ask.ts'
import type { Cell, ScenarioRow } from '../row.ts'
import { expectQuiet, healthOf, type Stage, servedBy } from '../stage.ts'

const DAY_MS = 86_400_000

/** Two accounts rest, one for 20 s and one for 90 s. */
async function playAllRest(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream(({ attempt }) =>
    attempt === 0 ? 'rate-limited-20s' : 'rate-limited-date',
  )
  const portside = await stage.portside([upstream.url], servedBy([upstream.url], 2))
  expect((await ask(portside, cell, 'req-first')).status).toBe(429)
  const before = upstream.attempts.length
  const view = await ask(portside, cell, 'req-second')
  expect([view.status, view.invalid, view.headers.get('retry-after')]).toEqual([429, undefined, '20'])
  expect(view.errorCode).toBe(cell.inbound === 'anthropic' ? 'rate_limit_error' : 'rate_limit_exceeded')
  expect([before, upstream.attempts.length]).toEqual([2, 2])
  expect(healthOf(portside)).toEqual(['cooling', 'cooling'])
  return `${sayView(view)}, Retry-After 20`
}

/** Fifty requests are out when the account's rate limit is reached. */
async function playBurst(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream(() => 'rate-limited-bare')
  const portside = await stage.portside([upstream.url], {
    ...servedBy([upstream.url]),
    pool: { perAccountInflight: 50 },
    cooldown: { rateLimitBaseMs: 20_000 },
  })
  const views = await Promise.all(
    Array.from({ length: 50 }, (_, index) => ask(portside, cell, `req-burst-${index}`)),
  )
  expect(new Set(views.map(({ status, invalid }) => `${status} ${invalid}`))).toEqual(
    new Set(['429 undefined']),
  )
  const [account] = portside.proxy.accounts()
  // Twice as long would be the second level.
  expect((account?.availableAt ?? 0) - Date.now()).toBeLessThanOrEqual(20_000)
  expect(account?.health).toBe('cooling')
  expectQuiet(portside)
  return '429 for each'
}

async function playFullQueue(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream(() => 'hang')
  const portside = await stage.portside([upstream.url], {
    ...servedBy([upstream.url], 4),
    pool: { queueSize: 8 },
  })
  const held = Array.from({ length: 16 }, (_, index) =>
    ask(portside, cell, `req-held-${index}`).catch(() => undefined),
  )
  await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(16))
  expect(upstream.attempts.length).toBe(8)
  const view = await ask(portside, cell, 'req-surplus')
  expect([view.status, view.invalid, view.headers.get('x-should-retry')]).toEqual([429, undefined, 'true'])
  expect(Number(view.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(Number(view.headers.get('retry-after'))).toBeLessThanOrEqual(5)
  expect(upstream.attempts.some(({ requestName }) => requestName === 'req-surplus')).toBe(false)
  await portside.proxy.stop()
  await Promise.all(held)
  return `${sayView(view)}, to be sent again`
}

/** The system's clock, whose hands can be moved apart. */
function createLooseClock(): Clock & { wallMs: number; monotonicMs: number } {
  const clock = {
    ...systemClock,
    wallMs: 0,
    monotonicMs: 0,
    now: () => Date.now() + clock.wallMs + clock.monotonicMs,
    monotonic: () => performance.now() + clock.monotonicMs,
  }
  return clock
}

const playWallJump =
  (jumpMs: number): ScenarioRow['play'] =>
  async (stage, cell) => {
    const clock = createLooseClock()
    const upstream = await stage.upstream(({ number }) => (number === 0 ? 'rate-limited' : 'ok'))
    const portside = await stage.portside([upstream.url], {}, { clock })
    expect((await ask(portside, cell, 'req-limited')).status).toBe(429)
    clock.wallMs = jumpMs
    const during = await ask(portside, cell, 'req-during')
    expect([during.status, upstream.attempts.length]).toEqual([429, 1])
    expect(Number(during.headers.get('retry-after'))).toBeLessThanOrEqual(7)
    clock.monotonicMs = 7000
    const view = await ask(portside, cell, 'req-after')
    expect([view.seen, view.text]).toEqual(['answered', upstream.attempts[1]?.content])
    expectQuiet(portside)
    return `${sayView(during)} until the rest is over, then ${sayView(view)}`
  }

/** Who may go out, and when: rests, the queue, and clocks that jump. */
export const QUEUE_ROWS: readonly ScenarioRow[] = [
  {
    number: 16,
    title: 'a rate limit without a time, fifty at once',
    done: 'all fifty requests under way are refused at once',
    play: playBurst,
  },
  {
    number: 18,
    title: 'all accounts rest, OpenAI client',
    done: 'two accounts rest, the shorter one for 20 s',
    in: ['openai', 'responses'],
    play: playAllRest,
  },
  {
    number: 19,
    title: 'all accounts rest, Anthropic client',
    done: 'two accounts rest, the shorter one for 20 s',
    in: ['anthropic'],
    play: playAllRest,
  },
  {
    number: 71,
    title: 'a full queue',
    done: '8 requests are out and 8 wait; one more comes',
    play: playFullQueue,
  },
  {
    number: 75,
    title: 'a wall clock that jumps during a rest',
    done: 'the wall clock goes a day ahead while the account rests for 7 s',
    play: playWallJump(DAY_MS),
  },
  {
    number: 75,
    title: 'a wall clock that jumps back during a rest',
    done: 'the wall clock goes a day back while the account rests for 7 s',
    play: playWallJump(-DAY_MS),
  },
]
