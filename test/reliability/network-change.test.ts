import { afterEach, describe, expect, it, vi } from 'vitest'
import { createUpstreamFetch, type UpstreamFetch } from '../../proxy/upstream/fetch-upstream.ts'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { startPortside } from '../support/start-portside.ts'

const CHUNK = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
const END = 'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(upstream: Upstream | FaultUpstream, baseUrl: string) {
  running.push(upstream)
  const portside = await startPortside({
    providers: [{ id: 'sim', type: 'openai-chat', baseUrl, models: ['m'], privateNetwork: true }],
    accounts: [{ provider: 'sim', name: 'only', apiKey: 'sk-upstream-0123456789' }],
  })
  running.push({ close: () => portside.stop() })
  return portside
}

const ask = { model: 'm', stream: true, messages: [{ role: 'user', content: 'req-network' }] }

describe('REL-39: a network that changes', () => {
  it('drops idle connections: the next request dials anew', async () => {
    const upstream = await startFaultUpstream({ protocol: 'openai-chat', script: () => 'ok' })
    const portside = await start(upstream, upstream.url)
    await (await portside.post('/v1/chat/completions', ask)).text()
    expect(upstream.attempts[0]?.isClosed).toBe(false)
    portside.proxy.networkChanged()
    await vi.waitFor(() => expect(upstream.attempts[0]?.isClosed).toBe(true))
    expect((await portside.post('/v1/chat/completions', ask)).status).toBe(200)
  })

  it('leaves what is healthy alone', async () => {
    let finish = () => undefined as unknown
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK)
      finish = () => response.end(END)
    })
    const portside = await start(upstream, `${upstream.url}/v1`)
    const answer = await portside.post('/v1/chat/completions', ask)
    portside.proxy.networkChanged(20_000)
    finish()
    expect((await answer.text()).endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('FM-73: a sleep that nobody told of shows in the clock: what was under way ends when the machine wakes', async () => {
    const upstream = await startUpstream(() => undefined)
    running.push(upstream)
    const clock = createFakeClock()
    const network = { privateNetwork: true, proxyUrl: null, connectMs: 1000, headerBytes: 16_384 }
    const way: UpstreamFetch = createUpstreamFetch(network, clock)
    running.push(way)
    const waiting = way.fetch({
      url: new URL(upstream.url),
      method: 'POST',
      headers: {},
      body: '{}',
      signal: new AbortController().signal,
      firstByteMs: 3_600_000,
      idleMs: 0,
      maxBytes: 1000,
    })
    const outcome = waiting.catch((error: unknown) => error)
    await vi.waitFor(() => expect(upstream.requests).toHaveLength(1))
    await clock.advance(60_000)
    expect(upstream.requests[0]?.closedAt).toBeUndefined()
    clock.sleep(600_000)
    await clock.advance(5000)
    expect(await outcome).toMatchObject({ kind: 'upstream-unavailable', code: 'network_changed' })
    await vi.waitFor(() => expect(upstream.requests[0]?.closedAt).toBeDefined())
    expect(clock.pendingTimers).toBe(0)
  })
})
