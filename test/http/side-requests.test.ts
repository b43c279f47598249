import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { sendJson, startUpstream, type Upstream } from '../simulators/upstream.ts'
import { startPortside } from '../support/start-portside.ts'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(answer: Upstream['answer'], settings: SettingsInput) {
  const upstream = await startUpstream(answer)
  running.push(upstream)
  const baseUrl = `${upstream.url}/v1`
  const portside = await startPortside({
    providers: [{ id: 'sim', type: 'openai-chat', baseUrl, models: ['m'], privateNetwork: true }],
    accounts: [{ provider: 'sim', apiKey: 'sk-upstream-0123456789' }],
    ...settings,
  })
  running.push({ close: () => portside.stop() })
  return { upstream, portside, embed: () => portside.post('/v1/embeddings', { model: 'm', input: 'tide' }) }
}

describe('A request for embeddings', () => {
  it('REL-36: that is under way when Portside stops is answered within the grace', async () => {
    let finish = () => undefined as unknown
    const { upstream, portside, embed } = await start(
      (_request, response) => {
        finish = () => sendJson(response, 200, { data: [] })
      },
      { drain: { graceMs: 10_000 } },
    )
    const asked = embed()
    await vi.waitFor(() => expect(upstream.requests).toHaveLength(1))
    const stopping = portside.proxy.stop()
    await vi.waitFor(() => expect(portside.proxy.status().state).toBe('draining'))
    finish()
    expect((await asked).status).toBe(200)
    await stopping
  })

  it('REL-36: that outlives the grace gets 503, to be sent again', async () => {
    const { upstream, portside, embed } = await start(() => undefined, { drain: { graceMs: 50 } })
    const asked = embed()
    await vi.waitFor(() => expect(upstream.requests).toHaveLength(1))
    await portside.proxy.stop()
    expect((await asked).status).toBe(503)
    await vi.waitFor(() => expect(upstream.requests[0]?.closedAt).toBeDefined())
  })

  it('REL-21: whose answer never ends is given up after the total time', async () => {
    const { upstream, portside, embed } = await start(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
      { timeouts: { totalMs: 200 } },
    )
    const answer = await embed()
    expect([answer.status, (await answer.json()).error.code]).toEqual([504, 'timeout'])
    await vi.waitFor(() => expect(upstream.requests[0]?.closedAt).toBeDefined())
    await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(0))
    expect(portside.proxy.accounts()[0]?.inFlight).toBe(0)
  })

  it('REL-06: that is told to wait lets its account rest for as long', async () => {
    const { upstream, portside, embed } = await start(
      (_request, response) =>
        sendJson(response, 429, { error: { message: 'slow down' } }, { 'retry-after': '7' }),
      {},
    )
    expect((await embed()).status).toBe(429)
    const again = await embed()
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '7'])
    expect([upstream.requests.length, portside.proxy.accounts()[0]?.health]).toEqual([1, 'cooling'])
  })
})
