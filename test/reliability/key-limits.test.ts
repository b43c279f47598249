import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KeyLimits } from '../../contract/local-key.ts'
import { createKeyUse } from '../../proxy/http/key-limits.ts'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

const LIMITED = 'ps-Qx7Lr2TzKc9WnYpD4sHj6FgA1eUoXi8Rt5Nq0BwVb3m'
const FREE = 'ps-Lr2TzKc9WnYpD4sHj6FgA1eUoXi8Rt5Nq0BwVb3mQx7'
const PATHS = { openai: '/v1/chat/completions', anthropic: '/v1/messages' } as const
/** What one answer of the simulator uses: 9 tokens in, 8 out. */
const TOKENS_PER_ANSWER = 17

let upstream: FaultUpstream
let portside: RunningPortside | undefined
beforeEach(async () => {
  upstream = await startFaultUpstream({ protocol: 'openai-chat', script: () => 'ok' })
})
afterEach(async () => {
  await portside?.stop()
  await upstream.close()
})

async function start(limits: KeyLimits) {
  portside = await startPortside({
    keys: [
      { name: 'small', key: LIMITED, limits },
      { name: 'free', key: FREE },
    ],
    providers: [
      { id: 'sim', type: 'openai-chat', baseUrl: upstream.url, models: ['m'], privateNetwork: true },
    ],
    accounts: [{ provider: 'sim', apiKey: 'sk-upstream-0123456789' }],
  })
  return portside
}

function ask(key: string, inbound: keyof typeof PATHS, stream = false) {
  const body = { model: 'm', stream, max_tokens: 9, messages: [{ role: 'user', content: 'req-limits' }] }
  return portside!.post(PATHS[inbound], body, { headers: { authorization: `Bearer ${key}` } })
}

describe.each(['openai', 'anthropic'] as const)('A local key with limits, %s client', (inbound) => {
  it.each([
    ['requestsPerMinute', 'requests per minute', 'true'],
    ['requestsPerDay', 'requests per day', 'false'],
  ] as const)('%s: the request after the last allowed one is refused', async (limit, words, shouldRetry) => {
    await start({ [limit]: 2 })
    expect([(await ask(LIMITED, inbound)).status, (await ask(LIMITED, inbound)).status]).toEqual([200, 200])
    const refused = await ask(LIMITED, inbound)
    const body = await refused.json()
    expect(refused.status).toBe(429)
    expect(body.error.message).toContain(`The local key "small" has reached its limit of 2 ${words}`)
    expect(body.type).toBe(inbound === 'anthropic' ? 'error' : undefined)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(59)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(refused.headers.get('x-should-retry')).toBe(shouldRetry)
    expect(upstream.attempts).toHaveLength(2)
    const [row] = await portside!.proxy.log.list({ limit: 1 })
    expect([row?.state, row?.errorKind, row?.keyName]).toEqual(['failed', 'rate-limited', 'small'])
    expect((await ask(FREE, inbound)).status).toBe(200)
  })

  it.each([
    ['tokensPerMinute', true],
    ['tokensPerDay', false],
  ] as const)(
    '%s: the answer that goes over it is given, the next request refused',
    async (limit, stream) => {
      await start({ [limit]: TOKENS_PER_ANSWER + 1 })
      for (const _ of [1, 2]) {
        const answered = await ask(LIMITED, inbound, stream)
        expect(answered.status).toBe(200)
        await answered.text()
      }
      await vi.waitFor(() => expect(portside!.proxy.status().activeRequests).toBe(0))
      const refused = await ask(LIMITED, inbound, stream)
      expect([refused.status, (await refused.json()).error.message]).toEqual([
        429,
        expect.stringContaining(`limit of ${TOKENS_PER_ANSWER + 1} tokens per`),
      ])
      expect(upstream.attempts).toHaveLength(2)
    },
  )
})

describe('The clients’ own libraries', () => {
  it('see a rate limit, and do not ask again for a limit of the day', async () => {
    await start({ requestsPerDay: 1 })
    const openai = new OpenAI({ apiKey: LIMITED, baseURL: `${portside!.url}/v1` })
    const anthropic = new Anthropic({ apiKey: LIMITED, baseURL: portside!.url })
    const messages = [{ role: 'user' as const, content: 'req-limits' }]
    await openai.chat.completions.create({ model: 'm', messages })
    await expect(openai.chat.completions.create({ model: 'm', messages })).rejects.toBeInstanceOf(
      OpenAI.RateLimitError,
    )
    await expect(anthropic.messages.create({ model: 'm', max_tokens: 9, messages })).rejects.toBeInstanceOf(
      Anthropic.RateLimitError,
    )
    expect(upstream.attempts).toHaveLength(1)
    expect(await portside!.proxy.log.list({ limit: 10 })).toHaveLength(3)
  })
})

describe('The windows', () => {
  const key = (limits: KeyLimits) => ({
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

  it('move on with the monotonic clock, whatever the wall clock does', async () => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    const limited = key({ requestsPerMinute: 2 })
    use.admit(limited)
    await clock.advance(30_000)
    use.admit(limited)
    clock.jumpWall(86_400_000)
    expect(() => use.admit(limited)).toThrow('2 requests per minute; it may be used again in 31 s')
    await clock.advance(31_000)
    use.admit(limited)
    expect(() => use.admit(limited)).toThrow('in 30 s')
  })

  it('a refused request does not count: who keeps asking gets in as soon as who waits', async () => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    const limited = key({ requestsPerMinute: 1 })
    use.admit(limited)
    for (let second = 0; second < 61; second++) {
      expect(() => use.admit(limited)).toThrow('requests per minute')
      await clock.advance(1000)
    }
    expect(() => use.admit(limited)).not.toThrow()
  })

  it('never let more through within any minute than the limit says', async () => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    const limited = key({ requestsPerMinute: 5 })
    const admitted: number[] = []
    for (let step = 0; step < 3000; step++) {
      try {
        use.admit(limited)
        admitted.push(clock.monotonic())
      } catch {
        // Refused: that is what is counted.
      }
      await clock.advance(97)
    }
    for (const at of admitted)
      expect(admitted.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(5)
    expect(admitted.length).toBeGreaterThanOrEqual(20)
  })

  it('the day frees up as its minutes grow a day old', async () => {
    const clock = createFakeClock()
    const use = createKeyUse(clock)
    const limited = key({ tokensPerDay: 100 })
    use.addTokens('k', { inputTokens: 60, outputTokens: 40 })
    expect(() => use.admit(limited)).toThrow('100 tokens per day; it may be used again in 25 h')
    await clock.advance(86_400_000 + 60_000)
    expect(() => use.admit(limited)).not.toThrow()
  })
})
