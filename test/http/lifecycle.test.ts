import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

const CHUNK = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
const END = 'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(answer: Upstream['answer'], graceMs: number): Promise<RunningPortside> {
  const upstream = await startUpstream(answer)
  running.push(upstream)
  const portside = await startPortside({
    providers: [
      { id: 'sim', type: 'openai-chat', baseUrl: `${upstream.url}/v1`, models: ['m'], privateNetwork: true },
    ],
    pool: { perAccountInflight: 50 },
    drain: { graceMs },
  })
  running.push({ close: () => portside.stop() })
  return portside
}

const isPortFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

const request = (stream: boolean) => ({
  model: 'm',
  stream,
  max_tokens: 9,
  messages: [{ role: 'user', content: 'x' }],
})

describe('REL-36: stopping', () => {
  it('lets streams in flight finish, takes no new ones, and frees the port', async () => {
    let finish = () => undefined as unknown
    const portside = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK)
      finish = () => response.end(END)
    }, 10_000)
    const answers = await Promise.all([portside.post('/v1/chat/completions', request(true))])
    const stopping = portside.proxy.stop()
    await vi.waitFor(() => expect(portside.proxy.status().state).toBe('draining'))
    await expect(fetch(`${portside.url}/healthz`)).rejects.toThrow()
    finish()
    expect((await answers[0]?.text())?.endsWith('data: [DONE]\n\n')).toBe(true)
    await stopping
    expect(portside.proxy.status().state).toBe('stopped')
    expect(await isPortFree(portside.port)).toBe(true)
  })

  it('FM-72: ends what is left after the grace with an error frame of its protocol', async () => {
    const portside = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK)
    }, 100)
    const openai = await portside.post('/v1/chat/completions', request(true))
    const anthropic = await portside.post('/v1/messages', request(true))
    const texts = Promise.all([openai.text(), anthropic.text()])
    await portside.proxy.stop()
    const [openaiText, anthropicText] = await texts
    expect(openaiText).toMatch(/\n\ndata: \{"error":\{[^\n]+\}\}\n\n$/)
    expect(openaiText).not.toContain('[DONE]')
    expect(anthropicText).toMatch(
      /event: error\ndata: \{"type":"error","error":\{"type":"overloaded_error"[^\n]+\n\n$/,
    )
    expect(anthropicText).not.toContain('message_stop')
    expect(await isPortFree(portside.port)).toBe(true)
  })

  it('answers a request that waits for its first byte with 503, to be sent again', async () => {
    const portside = await start(() => undefined, 50)
    const waiting = portside.post('/v1/chat/completions', request(false))
    await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(1))
    await portside.proxy.stop()
    expect((await waiting).status).toBe(503)
  })

  it('cuts a connection that never says anything', async () => {
    const portside = await start(() => undefined, 50)
    const silent = connect(portside.port, '127.0.0.1')
    await once(silent, 'connect')
    silent.write('GET /heal')
    silent.on('error', () => undefined)
    const closed = new Promise((resolve) => silent.once('close', resolve))
    await portside.proxy.stop()
    await closed
  })

  it('can be started again on the same port', async () => {
    const portside = await start(
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(CHUNK + END),
      50,
    )
    await portside.proxy.stop()
    await portside.proxy.start()
    expect(portside.proxy.status().state).toBe('running')
  })
})

describe('REL-38: a port that is taken', () => {
  it('is told with the name of its holder, and nothing is switched in silence', async () => {
    const portside = await start(() => undefined, 50)
    await expect(startPortside({ server: { port: portside.port } })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringMatching(
        process.platform === 'linux'
          ? new RegExp(`Port ${portside.port} is used by .+ \\(pid ${process.pid}\\)`)
          : /is used by/,
      ),
    })
  })

  it('SEC-07: both loopbacks are ours; a stranger on ::1 makes the state "partial" and is told', async () => {
    const stranger = createServer()
    await new Promise<void>((resolve) => stranger.listen({ port: 0, host: '::1', ipv6Only: true }, resolve))
    const address = stranger.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const portside = await startPortside({ server: { port } })
      running.push({ close: () => portside.stop() })
      const status = portside.proxy.status()
      expect([status.state, status.baseUrls.openai]).toEqual(['partial', `http://127.0.0.1:${port}/v1`])
      expect(status.problem).toContain(`[::1]:${port} is held by`)
    } finally {
      await new Promise((resolve) => stranger.close(resolve))
    }
  })

  it('SEC-07: [::1] answers as 127.0.0.1 does', async () => {
    const portside = await start(() => undefined, 50)
    expect((await fetch(`http://[::1]:${portside.port}/healthz`)).status).toBe(200)
  })
})
