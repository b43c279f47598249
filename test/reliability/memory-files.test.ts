import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KeyLimits, LocalKey } from '../../contract/local-key.ts'
import { createKeyUse, type KeyUse } from '../../proxy/http/key-limits.ts'
import { keyUseMemory } from '../../proxy/http/key-use-memory.ts'
import { createMemoryFile } from '../../proxy/memory-file.ts'
import { startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import { startPortside, TEST_KEY } from '../support/start-portside.ts'

const HOUR_MS = 3_600_000
let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'portside-memory-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const limited = (limits: KeyLimits): LocalKey => ({
  id: 'k',
  name: 'k',
  masked: '',
  models: ['*'],
  limits,
  createdAt: null,
  lastUsedAt: null,
  expiresAt: null,
  isWeak: false,
})

/** What is counted in one process is taken up by the next, whose monotonic clock begins anew. */
function restart(use: KeyUse, wallAt: number): { use: KeyUse; clock: FakeClock } {
  const kept = keyUseMemory.parse(JSON.parse(JSON.stringify(use.remember())))
  const clock = createFakeClock(wallAt)
  const next = createKeyUse(clock)
  next.recall(kept)
  return { use: next, clock }
}

describe('The limits of a day', () => {
  it('outlive a restart, requests and tokens alike', async () => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    use.admit(limited({}))
    await clock.advance(2 * HOUR_MS)
    use.addTokens('k', { inputTokens: 60, outputTokens: 40 })
    const { use: next, clock: later } = restart(use, clock.now() + HOUR_MS)
    expect(() => next.admit(limited({ requestsPerDay: 1 }))).toThrow('1 requests per day')
    expect(() => next.admit(limited({ tokensPerDay: 100 }))).toThrow('100 tokens per day')
    // The request is three hours old now: it leaves the window a day after it was made.
    await later.advance(21 * HOUR_MS + 60_000)
    expect(() => next.admit(limited({ requestsPerDay: 1 }))).not.toThrow()
    expect(() => next.admit(limited({ tokensPerDay: 100 }))).toThrow('100 tokens per day')
  })

  it('are over a day later, however often Portside was started in between', async () => {
    let clock = createFakeClock()
    let use = createKeyUse(clock)
    use.addTokens('k', { inputTokens: 100, outputTokens: 0 })
    const startedAt = clock.now()
    for (let count = 0; count < 500; count++) {
      await clock.advance(170_000)
      ;({ use, clock } = restart(use, clock.now()))
    }
    expect(clock.now() - startedAt).toBeLessThan(24 * HOUR_MS)
    expect(() => use.admit(limited({ tokensPerDay: 100 }))).toThrow('tokens per day')
    await clock.advance(startedAt + 24 * HOUR_MS + 60_000 - clock.now())
    expect(() => use.admit(limited({ tokensPerDay: 100 }))).not.toThrow()
  })

  it.each([
    ['ahead by a day: what was counted is over', 24 * HOUR_MS, false],
    ['back by a day: it counts on, and for a day at most', -24 * HOUR_MS, true],
  ])('with a wall clock that goes %s', async (_title, jumpMs, isOverLimit) => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    use.addTokens('k', { inputTokens: 100, outputTokens: 0 })
    await clock.advance(60_000)
    const { use: next, clock: later } = restart(use, clock.now() + jumpMs)
    const admit = () => next.admit(limited({ tokensPerDay: 100 }))
    if (isOverLimit) expect(admit).toThrow('tokens per day')
    else expect(admit).not.toThrow()
    await later.advance(24 * HOUR_MS)
    expect(admit).not.toThrow()
  })

  it('take little room, whatever the traffic', async () => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    for (let minute = 0; minute < 3000; minute++) {
      use.admit(limited({}))
      await clock.advance(60_000)
    }
    expect(use.remember().k?.requests.length).toBeLessThanOrEqual(26)
    expect(use.remember().k?.requests.reduce((sum, [, amount]) => sum + amount, 0)).toBe(1440)
  })
})

describe('The files that hold them', () => {
  const ask = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'req-memory' }] }
  const settings = (url: string) => ({
    keys: [{ name: 'test', key: TEST_KEY, limits: { requestsPerDay: 2 } }],
    providers: [
      { id: 'sim', type: 'openai-chat' as const, baseUrl: url, models: ['m'], privateNetwork: true },
    ],
  })

  it('are read by the next start: the day’s requests are still counted', async () => {
    const upstream = await startFaultUpstream({ protocol: 'openai-chat', script: () => 'ok' })
    const first = await startPortside(settings(upstream.url), { home })
    expect((await first.post('/v1/chat/completions', ask)).status).toBe(200)
    await first.proxy.close()
    const second = await startPortside(settings(upstream.url), { home })
    const statuses = [
      (await second.post('/v1/chat/completions', ask)).status,
      (await second.post('/v1/chat/completions', ask)).status,
    ]
    await second.stop()
    await upstream.close()
    expect(statuses).toEqual([200, 429])
  })

  it.each(['key-use.json', 'pool-state.json'])(
    '%s: damaged, it is ignored, and the log says so',
    async (name) => {
      await writeFile(join(home, name), '{"k":{"requests":[[1')
      const lines: string[] = []
      const upstream = await startFaultUpstream({ protocol: 'openai-chat', script: () => 'ok' })
      const portside = await startPortside(settings(upstream.url), {
        home,
        diagnostics: { write: (line) => void lines.push(line) },
      })
      const { status } = await portside.post('/v1/chat/completions', ask)
      await portside.proxy.stop()
      expect(status).toBe(200)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain(`${name} could not be read and is ignored`)
      // The next save puts a good one in its place.
      if (name === 'key-use.json')
        expect(keyUseMemory.parse(JSON.parse(await readFile(join(home, name), 'utf8')))).toBeDefined()
      await portside.stop()
      await upstream.close()
    },
  )

  it('that commands look for cannot be written either: Portside starts, serves and stops all the same', async () => {
    await mkdir(join(home, 'control.json'))
    const lines: string[] = []
    const portside = await startPortside(
      {},
      { home, diagnostics: { write: (line) => void lines.push(line) } },
    )
    expect((await fetch(`${portside.url}/healthz`)).status).toBe(200)
    expect(portside.proxy.status().state).toBe('running')
    await portside.proxy.stop()
    expect([portside.proxy.status().state, lines.length > 0]).toEqual(['stopped', true])
    expect(lines.every((line) => line.includes('control.json could not be written'))).toBe(true)
    await portside.stop()
  })

  it('that cannot be written harm nothing, and are told of once', async () => {
    const warn = vi.fn()
    let count = 0
    const file = createMemoryFile(
      {
        name: 'none/x.json',
        schema: keyUseMemory,
        remember: () => ({ [`k${count++}`]: { requests: [], tokens: [] } }),
        recall: () => undefined,
      },
      { home, warn },
    )
    await file.save()
    await file.save()
    expect(warn.mock.calls).toEqual([[expect.stringContaining('x.json could not be written')]])
  })
})
