import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { readNetworkError } from '../../proxy/upstream/network-error.ts'
import { startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { startPortside } from '../support/start-portside.ts'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

const ask = {
  model: 'm',
  stream: true,
  max_tokens: 50,
  messages: [{ role: 'user', content: 'please answer req-row' }],
}

async function start(baseUrl: string, settings: SettingsInput) {
  const portside = await startPortside({
    providers: [{ id: 'sim', type: 'openai-chat', baseUrl, models: ['m'], privateNetwork: true }],
    accounts: [{ provider: 'sim', name: 'account-0', apiKey: 'sk-account-0-0123456789' }],
    ...settings,
  })
  running.push({ close: () => portside.stop() })
  return portside
}

describe('What the transport says', () => {
  const failure = (code: string) => Object.assign(new Error('connect'), { code })

  it.each([
    ['FM-3', 'UND_ERR_CONNECT_TIMEOUT', 'timed-out', 'connect_timeout'],
    ['FM-3', 'ETIMEDOUT', 'timed-out', 'connect_timeout'],
    ['FM-5', 'ENETUNREACH', 'upstream-unavailable', 'network'],
    ['FM-5', 'EHOSTUNREACH', 'upstream-unavailable', 'network'],
    ['FM-5', 'ENETDOWN', 'upstream-unavailable', 'network'],
    ['FM-5', 'EAI_AGAIN', 'upstream-unavailable', 'network'],
    ['FM-1', 'ENOTFOUND', 'upstream-unavailable', 'dns'],
    ['FM-4', 'ERR_TLS_CERT_ALTNAME_INVALID', 'upstream-untrusted', 'tls'],
    ['FM-4', 'CERT_HAS_EXPIRED', 'upstream-untrusted', 'tls'],
  ])('%s: %s is %s (%s)', (_row, code, kind, told) => {
    expect(readNetworkError(new TypeError('fetch failed', { cause: failure(code) }), 'host')).toMatchObject({
      kind,
      code: told,
    })
  })
})

describe('REL-21: four timers, each with its own code', () => {
  it.each([
    ['no head', 'hang', { firstByteMs: 60 }, 'sent no answer for'],
    ['silence after the first content', 'idle-mid-stream', { idleMs: 60 }, 'went silent for'],
    ['signs of life without content', 'endless-pings', { noProgressMs: 120 }, 'signs of life but no content'],
    ['an answer without end', 'endless-pings', { totalStreamMs: 150 }, 'longer than Portside allows'],
  ] as const)('%s', async (_title, fault, timeouts, words) => {
    const upstream = await startFaultUpstream({ protocol: 'openai-chat', script: () => fault })
    running.push(upstream)
    const portside = await start(upstream.url, { timeouts, retry: { maxAttempts: 1 } })
    await (await portside.post('/v1/chat/completions', ask)).text()
    const [row] = await portside.proxy.log.list({ limit: 1 })
    expect(row).toMatchObject({
      state: 'failed',
      errorKind: 'timed-out',
      errorMessage: expect.stringContaining(words),
    })
    await vi.waitFor(() => expect(upstream.attempts[0]?.isClosed).toBe(true))
  })
})
