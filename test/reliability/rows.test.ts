import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { readNetworkError } from '../../proxy/upstream/network-error.ts'
import { startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { sendJson, startUpstream } from '../simulators/upstream.ts'
import { startPortside } from '../support/start-portside.ts'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

const PATHS = ['/v1/chat/completions', '/v1/messages'] as const
const ask = (stream = false) => ({
  model: 'm',
  stream,
  max_tokens: 50,
  messages: [{ role: 'user', content: 'please answer req-row' }],
})
const ANSWER = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
}

async function closedPort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** A proxy whose model is served by the given upstreams, in this order, one account each. */
async function start(urls: readonly string[], settings: SettingsInput = {}) {
  const portside = await startPortside({
    providers: urls.map((baseUrl, index) => ({
      id: `sim-${index}`,
      type: 'openai-chat',
      baseUrl,
      models: ['m'],
      privateNetwork: true,
    })),
    accounts: urls.map((_, index) => ({
      provider: `sim-${index}`,
      name: `account-${index}`,
      apiKey: `sk-account-${index}-0123456789`,
    })),
    retry: { backoffBaseMs: 1, backoffMaxMs: 5 },
    ...settings,
  })
  running.push({ close: () => portside.stop() })
  const lastRow = async () => (await portside.proxy.log.list({ limit: 1 }))[0]
  const health = () => portside.proxy.accounts().map((account) => account.health)
  return { portside, lastRow, health }
}

async function good() {
  const upstream = await startUpstream((_request, response) => sendJson(response, 200, ANSWER))
  running.push(upstream)
  return upstream
}

describe.each(PATHS)('An upstream that cannot be reached, asked on %s', (path) => {
  it('FM-1: a name that does not resolve: another host serves, and nobody is cooled', async () => {
    const upstream = await good()
    const { portside, lastRow, health } = await start([
      'http://no-such-host.invalid/v1',
      `${upstream.url}/v1`,
    ])
    expect((await portside.post(path, ask())).status).toBe(200)
    expect((await lastRow())?.attempts.map(({ errorKind }) => errorKind ?? 'ok')).toEqual([
      'upstream-unavailable',
      'ok',
    ])
    expect(health()).toEqual(['ready', 'ready'])
  })

  it('FM-1: a name that does not resolve, alone: 502 that says so', async () => {
    const { portside, health } = await start(['http://no-such-host.invalid/v1'])
    const answer = await portside.post(path, ask())
    expect([answer.status, (await answer.json()).error.message]).toEqual([
      502,
      expect.stringContaining('its name could not be resolved'),
    ])
    expect(health()).toEqual(['ready'])
  })

  it('FM-2: a refused connection: another host serves; alone it is a 502', async () => {
    const upstream = await good()
    const dead = `http://127.0.0.1:${await closedPort()}/v1`
    const both = await start([dead, `${upstream.url}/v1`])
    expect((await both.portside.post(path, ask())).status).toBe(200)
    const alone = await start([dead])
    const answer = await alone.portside.post(path, ask())
    expect([answer.status, (await answer.json()).error.message]).toEqual([
      502,
      expect.stringContaining('refused the connection'),
    ])
  })

  it('FM-4: a certificate that nobody signed: 502 without a second try, and the account is set aside', async () => {
    const { key, cert } = selfSigned()
    const server = createTlsServer({ key, cert }, (_request, response) => sendJson(response, 200, ANSWER))
    let connections = 0
    server.on('connection', () => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    running.push({
      close: () =>
        new Promise((resolve) => {
          server.close(resolve)
          server.closeAllConnections()
        }),
    })
    const { port } = server.address() as AddressInfo
    const { portside, health } = await start([`https://127.0.0.1:${port}/v1`])
    const answer = await portside.post(path, ask())
    expect([answer.status, (await answer.json()).error.message]).toEqual([
      502,
      expect.stringContaining('its certificate is not valid'),
    ])
    expect([connections, health()]).toEqual([1, ['blocked']])
  })

  it('FM-7: a kept connection that died meanwhile: one silent retry, and the account is untouched', async () => {
    let turn = 0
    const upstream = await startUpstream((request, response) => {
      turn++
      // The second request on the first connection meets a reset; a fresh connection is served.
      if (turn === 2) response.socket?.resetAndDestroy()
      else sendJson(response, 200, request.method === 'POST' ? ANSWER : {})
    })
    running.push(upstream)
    const { portside, lastRow, health } = await start([`${upstream.url}/v1`])
    expect((await portside.post(path, ask())).status).toBe(200)
    expect((await portside.post(path, ask())).status).toBe(200)
    expect((await lastRow())?.attempts.map(({ accountName }) => accountName)).toEqual([
      'account-0',
      'account-0',
    ])
    expect([turn, health()]).toEqual([3, ['ready']])
  })
})

/** A certificate that nobody vouches for; it was made for this test and protects nothing. */
function selfSigned(): { key: Buffer; cert: Buffer } {
  const read = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name))
  return { key: read('self-signed.key.pem'), cert: read('self-signed.cert.pem') }
}

describe('What the transport says', () => {
  const failure = (code: string) => Object.assign(new Error('connect'), { code })

  it.each([
    ['FM-3', 'UND_ERR_CONNECT_TIMEOUT', 'timed-out', 'connect_timeout'],
    ['FM-5', 'ENETUNREACH', 'upstream-unavailable', 'network'],
    ['FM-5', 'EHOSTUNREACH', 'upstream-unavailable', 'network'],
    ['FM-1', 'EAI_AGAIN', 'upstream-unavailable', 'dns'],
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
    const { portside, lastRow } = await start([upstream.url], { timeouts, retry: { maxAttempts: 1 } })
    await (await portside.post('/v1/chat/completions', ask(true))).text()
    expect(await lastRow()).toMatchObject({
      state: 'failed',
      errorKind: 'timed-out',
      errorMessage: expect.stringContaining(words),
    })
    await vi.waitFor(() => expect(upstream.attempts[0]?.isClosed).toBe(true))
  })
})
