import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { ChatError, ERROR_KINDS, type ErrorKind } from '../../proxy/chat/chat-error.ts'
import { readError as readAnthropicError } from '../../proxy/providers/anthropic/read-error.ts'
import { geminiCodec } from '../../proxy/providers/gemini/index.ts'
import { readError as readOpenAiError } from '../../proxy/providers/openai-chat/read-error.ts'
import { openaiResponsesCodec } from '../../proxy/providers/openai-responses/index.ts'
import { retryHeaders } from '../../proxy/relay/answer-error.ts'
import { backoff } from '../../proxy/relay/backoff.ts'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { FAULTS, type FaultName } from '../simulators/fault-upstream/faults.ts'
import type { FaultProtocol } from '../simulators/fault-upstream/wire.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

type Retry = (typeof ERROR_KINDS)[ErrorKind]['retry']

type Started = { readonly upstream: FaultUpstream; readonly portside: RunningPortside }

async function start(
  script: FaultUpstream['script'],
  settings: SettingsInput = {},
  options: { protocol?: FaultProtocol; accounts?: number; random?: () => number } = {},
): Promise<Started> {
  const { protocol = 'openai-chat', accounts = 3, random } = options
  const upstream = await startFaultUpstream({ protocol, script })
  running.push(upstream)
  const portside = await startPortside(
    {
      providers: [{ id: 'sim', type: protocol, baseUrl: upstream.url, models: ['m'], privateNetwork: true }],
      accounts: Array.from({ length: accounts }, (_, index) => ({
        provider: 'sim',
        name: `account-${index}`,
        apiKey: `sk-account-${index}-0123456789`,
      })),
      retry: { backoffBaseMs: 1, backoffMaxMs: 5 },
      ...settings,
    },
    random === undefined ? {} : { random },
  )
  running.push({ close: () => portside.stop() })
  return { upstream, portside }
}

const ask = (name: string, stream = false) => ({
  model: 'm',
  stream,
  max_tokens: 50,
  messages: [{ role: 'user' as const, content: `please answer ${name}` }],
})

describe('REL-02: the retry budget', () => {
  it('2,000 requests, 50 at a time, all refused: at most a fifth more attempts than requests', async () => {
    const { upstream, portside } = await start(
      () => 'unavailable',
      { pool: { perAccountInflight: 50, queueSize: 100 }, retry: {}, log: { bodies: 'off' } },
      { accounts: 4 },
    )
    const waits: number[] = []
    let next = 0
    const worker = async () => {
      while (next < 2000) {
        const startedAt = performance.now()
        const answer = await portside.post('/v1/chat/completions', ask(`req-${next++}`))
        expect([503, 502]).toContain(answer.status)
        await answer.text()
        waits.push(performance.now() - startedAt)
      }
    }
    await Promise.all(Array.from({ length: 50 }, worker))
    expect(upstream.attempts.length).toBeGreaterThanOrEqual(2000)
    expect(upstream.attempts.length).toBeLessThanOrEqual(2000 * 1.2 + 60)
    expect(waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)]).toBeLessThan(2000)
    // What was taken from the budget came back: a single failing request may be repeated again.
    const before = upstream.attempts.length
    await portside.post('/v1/chat/completions', ask('req-after'))
    expect(upstream.attempts.length - before).toBeGreaterThanOrEqual(2)
  }, 40_000)
})

describe('REL-03: one retry loop', () => {
  it.each(['openai-chat', 'anthropic'] as const)('%s: the log knows every attempt', async (protocol) => {
    const { upstream, portside } = await start(() => 'server-error', {}, { protocol })
    for (const stream of [true, false]) {
      const before = upstream.attempts.length
      await (await portside.post('/v1/chat/completions', ask(`req-${stream}`, stream))).text()
      const [row] = await portside.proxy.log.list({ limit: 1 })
      expect([row?.attempts.length, upstream.attempts.length - before]).toEqual([3, 3])
    }
  })
})

describe('REL-05: the kind of failure decides', () => {
  const TABLE: readonly (readonly [status: number, body: unknown, ErrorKind, Retry])[] = [
    [400, { error: { message: 'bad', type: 'invalid_request_error' } }, 'invalid-request', 'never'],
    [422, { error: { message: 'bad' } }, 'invalid-request', 'never'],
    [413, { error: { message: 'too big' } }, 'too-large', 'never'],
    [400, { error: { message: 'maximum context length exceeded' } }, 'context-too-long', 'never'],
    [400, { error: { message: 'x', code: 'content_filter' } }, 'content-refused', 'never'],
    [401, { error: { message: 'x' } }, 'upstream-auth', 'other-account'],
    [403, { error: { message: 'x' } }, 'upstream-auth', 'other-account'],
    [402, { error: { message: 'x' } }, 'quota-exhausted', 'other-account'],
    [429, { error: { message: 'slow down' } }, 'rate-limited', 'other-account'],
    [429, { error: { message: 'You exceeded your current quota' } }, 'quota-exhausted', 'other-account'],
    [408, { error: { message: 'x' } }, 'timed-out', 'any-account'],
    [500, { error: { message: 'x' } }, 'upstream-unavailable', 'any-account'],
    [502, 'bad gateway', 'upstream-unavailable', 'any-account'],
    [503, { error: { message: 'x' } }, 'upstream-unavailable', 'any-account'],
    [504, '', 'timed-out', 'any-account'],
    [529, { error: { message: 'x' } }, 'overloaded', 'any-account'],
  ]
  const CODECS = {
    'openai-chat': readOpenAiError,
    anthropic: readAnthropicError,
    gemini: geminiCodec.readError,
    'openai-responses': openaiResponsesCodec.readError,
  }

  it.each(Object.entries(CODECS))('%s', (_name, readError) => {
    const read = TABLE.map(([status, body]) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const { kind, traits } = readError({ status, headers: {}, text })
      return [status, kind, traits.retry]
    })
    expect(read).toEqual(TABLE.map(([status, , kind, retry]) => [status, kind, retry]))
  })

  it('425, too early, is tried again as other passing failures are', () => {
    expect(readOpenAiError({ status: 425, headers: {}, text: '' }).traits.retry).toBe('any-account')
  })
})

describe('REL-07: the Retry-After that we send', () => {
  it('is a whole number from 1 to 60, whatever the wait', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 86_400_000 })),
        fc.constantFrom(...(Object.keys(ERROR_KINDS) as ErrorKind[])),
        fc.nat(3),
        (retryAfterMs, kind, attempts) => {
          const headers = retryHeaders(new ChatError(kind, 'x', { retryAfterMs }), attempts, 60_000)
          const told = headers['retry-after']
          if (told === undefined) return ERROR_KINDS[kind].fault === 'client'
          return /^[1-9]\d?$/.test(told) && Number(told) <= 60
        },
      ),
    )
  })
})

describe('REL-08: the clients’ own retries do not multiply ours', () => {
  it.each([
    'unavailable',
    'overloaded',
    'rate-limited-bare',
    'server-error',
    'unauthorized',
    'hang',
  ] as const)('%s: at most three attempts for one call of either library', async (fault: FaultName) => {
    for (const library of ['openai', 'anthropic'] as const) {
      const { upstream, portside } = await start(() => fault, { timeouts: { firstByteMs: 60, totalMs: 60 } })
      const call =
        library === 'openai'
          ? new OpenAI({ apiKey: TEST_KEY, baseURL: `${portside.url}/v1` }).chat.completions.create(
              ask('req-sdk'),
            )
          : new Anthropic({ apiKey: TEST_KEY, baseURL: portside.url }).messages.create(ask('req-sdk'))
      await expect(call).rejects.toBeInstanceOf(library === 'openai' ? OpenAI.APIError : Anthropic.APIError)
      expect(upstream.attempts.length).toBeGreaterThanOrEqual(1)
      expect(upstream.attempts.length).toBeLessThanOrEqual(3)
    }
  })
})

describe('REL-09: after the first byte there is no second attempt', () => {
  const NAMES = (Object.keys(FAULTS) as FaultName[]).filter(
    (name) => name !== 'gzip-bomb' && name !== 'huge-event',
  )

  it('for any order of failures', async () => {
    let script: readonly FaultName[] = []
    const { upstream, portside } = await start(
      ({ attempt }) => script[attempt] ?? 'ok',
      {
        cooldown: { enabled: false },
        breaker: { enabled: false },
        timeouts: { firstByteMs: 600, idleMs: 600, noProgressMs: 700, totalMs: 2000 },
        retry: { maxAttempts: 4, backoffBaseMs: 0, backoffMaxMs: 0 },
      },
      { accounts: 4 },
    )
    let number = 0
    let committed = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('/v1/chat/completions', '/v1/messages'),
        async (faults, path) => {
          script = faults
          const before = upstream.attempts.length
          const text = await (await portside.post(path, ask(`req-${number++}`, true))).text()
          // Every attempt's answer names its attempt: what the client has seen must be of the last one.
          const seen = [...text.matchAll(/attempt-(\d)/g)].map(([, attempt]) => Number(attempt))
          const last = upstream.attempts.slice(before).at(-1)?.attempt
          expect(seen.filter((attempt) => attempt !== last)).toEqual([])
          if (text.includes('tide')) committed++
        },
      ),
      { numRuns: 40, seed: 20_261_121 },
    )
    expect(committed).toBeGreaterThan(20)
  }, 40_000)
})

describe('REL-04: the pause before another attempt', () => {
  it('is full jitter: uniform from nothing to the doubled base', () => {
    // The relay's pause is `random() * min(max, base * 2^n)`; what it is given must be spread evenly.
    let state = 20_261_121
    const random = () => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    }
    for (const [attempts, cap] of [
      [1, 500],
      [2, 1000],
      [3, 2000],
      [4, 4000],
      [9, 4000],
    ] as const) {
      const samples = Array.from({ length: 10_000 }, () =>
        backoff({ backoffBaseMs: 250, backoffMaxMs: 4000 }, attempts, random()),
      ).sort((a, b) => a - b)
      const distance = Math.max(
        ...samples.map((sample, index) => Math.abs(sample / cap - (index + 0.5) / samples.length)),
      )
      // Kolmogorov-Smirnov: p > 0.01 for 10,000 samples.
      expect(distance).toBeLessThan(1.63 / Math.sqrt(samples.length))
      expect(samples[0]).toBeGreaterThanOrEqual(0)
      expect(samples.at(-1)).toBeLessThanOrEqual(4000)
    }
  })
})
