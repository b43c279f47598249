import { mkdtemp, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const CHUNK = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
const END = 'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(upstream: Upstream | FaultUpstream, baseUrl: string): Promise<RunningPortside> {
  running.push(upstream)
  const home = await mkdtemp(join(tmpdir(), 'portside-port-'))
  const config = {
    server: { port: await freePort() },
    keys: [{ name: 'test', key: TEST_KEY }],
    providers: [{ id: 'sim', type: 'openai-chat', baseUrl, models: ['m'], privateNetwork: true }],
    pool: { perAccountInflight: 50 },
    drain: { graceMs: 400 },
  }
  await writeFile(join(home, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  const portside = await startPortside({}, { home, env: {} })
  running.push({ close: () => portside.stop() })
  return portside
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Saves another port and waits until the proxy has moved, or has said why not. */
async function moveTo(portside: RunningPortside, port: number, host = '127.0.0.1'): Promise<void> {
  await call(portside.proxy.control.settings.update, { server: { port, host } })
  await vi.waitFor(() => {
    const status = portside.proxy.status()
    expect(status.port === port || status.problem !== null).toBe(true)
  })
}

const request = {
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'req-port' }],
}

describe('REL-37: another port', () => {
  it('FM-72: is opened first; a stream on the old one ends whole, and the old one is freed', async () => {
    let finish = () => undefined as unknown
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK)
      finish = () => response.end(END)
    })
    const portside = await start(upstream, `${upstream.url}/v1`)
    const answer = await portside.post('/v1/chat/completions', request)
    const port = await freePort()
    await moveTo(portside, port)
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    expect(portside.proxy.status()).toMatchObject({
      state: 'running',
      port,
      problem: null,
      activeRequests: 1,
    })
    finish()
    expect((await answer.text()).endsWith('data: [DONE]\n\n')).toBe(true)
    await vi.waitFor(() => expect(fetch(`${portside.url}/healthz`)).rejects.toThrow())
  })

  it('a stream that outlives the grace ends with an error frame', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK)
    })
    const portside = await start(upstream, `${upstream.url}/v1`)
    const answer = await portside.post('/v1/chat/completions', request)
    await moveTo(portside, await freePort())
    const text = await answer.text()
    expect(text).toMatch(/\n\ndata: \{"error":\{[^\n]+\}\}\n\n$/)
    expect(portside.proxy.status().state).toBe('running')
  })

  it('that is taken changes nothing, and the status says who has it', async () => {
    const upstream = await startUpstream(() => undefined)
    const portside = await start(upstream, `${upstream.url}/v1`)
    const holder = createServer()
    running.push({ close: () => new Promise((resolve) => holder.close(resolve)) })
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    await moveTo(portside, port)
    expect((await fetch(`${portside.url}/healthz`)).status).toBe(200)
    expect(portside.proxy.status()).toMatchObject({
      state: 'running',
      port: portside.port,
      problem: expect.stringContaining(`Still on port ${portside.port}: Port ${port} is used by`),
    })
  })

  it('REL-29: a kept connection serves one more request, which says that it is the last', async () => {
    const upstream = await startUpstream(() => undefined)
    const portside = await start(upstream, `${upstream.url}/v1`)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = () =>
      new Promise<string | undefined>((resolve, reject) => {
        get({ agent, port: portside.port, host: '127.0.0.1', path: '/healthz' }, (response) => {
          response.resume().on('end', () => resolve(response.headers.connection))
        }).on('error', reject)
      })
    expect(await ask()).toBe('keep-alive')
    await moveTo(portside, await freePort())
    expect(await ask()).toBe('close')
    await expect(ask()).rejects.toThrow('ECONNREFUSED')
    agent.destroy()
  })

  it('thirty moves under load lose no request', async () => {
    const upstream = await startFaultUpstream({ protocol: 'openai-chat', script: () => 'ok' })
    const portside = await start(upstream, upstream.url)
    let isOver = false
    const lost: unknown[] = []
    let answered = 0
    const worker = async (number: number) => {
      for (let turn = 0; !isOver; turn++) {
        const url = `http://127.0.0.1:${portside.proxy.status().port}/v1/chat/completions`
        const body = JSON.stringify({
          ...request,
          messages: [{ role: 'user', content: `req-${number}-${turn}` }],
        })
        const headers = { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' }
        try {
          const text = await (await fetch(url, { method: 'POST', body, headers })).text()
          if (text.endsWith('data: [DONE]\n\n')) answered++
          else lost.push(text)
        } catch (error) {
          lost.push(error instanceof Error ? error.cause : error)
        }
      }
    }
    const load = Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(worker))
    for (let flip = 0; flip < 30; flip++) await moveTo(portside, await freePort())
    isOver = true
    await load
    expect(lost).toEqual([])
    expect(answered).toBeGreaterThan(30)
  })
})
