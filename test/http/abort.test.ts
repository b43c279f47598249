import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const CHUNK = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
const CLOSE_LIMIT_MS = 250

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(
  answer: Upstream['answer'],
  settings: SettingsInput = {},
): Promise<{ upstream: Upstream; portside: RunningPortside }> {
  const upstream = await startUpstream(answer)
  running.push(upstream)
  const portside = await startPortside({
    providers: [
      { id: 'sim', type: 'openai-chat', baseUrl: `${upstream.url}/v1`, models: ['m'], privateNetwork: true },
    ],
    ...settings,
  })
  running.push({ close: () => portside.stop() })
  return { upstream, portside }
}

/** A client on a raw socket: it can go away at any moment, and it reads only when told to. */
function send(portside: RunningPortside, path: string, stream: boolean): Socket {
  const body = JSON.stringify({
    model: 'm',
    stream,
    max_tokens: 5,
    messages: [{ role: 'user', content: 'x' }],
  })
  const socket = connect(portside.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${TEST_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return socket
}

const never = () => undefined
const streamForever: Upstream['answer'] = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const timer = setInterval(() => response.write(CHUNK), 5)
  response.on('close', () => clearInterval(timer))
}
const heldBack: Upstream['answer'] = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n')
}
const halfJson: Upstream['answer'] = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"id":')
}

const firstData = (socket: Socket) => new Promise((resolve) => socket.once('data', resolve))

describe('REL-22: a client that goes away takes its upstream request with it, within 250 ms', () => {
  it.each([
    ['waiting for the first byte of a stream', never, true, false],
    ['waiting for a whole answer', never, false, false],
    ['while the beginning is held back', heldBack, true, false],
    ['FM-66: in the middle of a stream', streamForever, true, true],
    ['in the middle of a whole answer', halfJson, false, false],
  ] as const)('%s', async (_phase, answer, stream, waitForData) => {
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const { upstream, portside } = await start(answer)
      const socket = send(portside, path, stream)
      if (waitForData) await firstData(socket)
      await vi.waitFor(() => expect(upstream.requests).toHaveLength(1), { timeout: 5000 })
      const leftAt = performance.now()
      socket.destroy()
      await vi.waitFor(() => expect(upstream.requests[0]?.closedAt).toBeDefined(), {
        timeout: 5000,
        interval: 5,
      })
      expect((upstream.requests[0]?.closedAt ?? Number.POSITIVE_INFINITY) - leftAt).toBeLessThan(
        CLOSE_LIMIT_MS,
      )
      await vi.waitFor(async () => {
        const [row] = await portside.proxy.log.list({ limit: 1 })
        expect([row?.state, row?.status, row?.errorKind]).toEqual(['cancelled', 499, 'cancelled'])
      })
      expect(portside.proxy.status().activeRequests).toBe(0)
    }
  })
})

describe('REL-23: a client that reads slowly costs bounded memory', () => {
  it.each(['/v1/chat/completions', '/v1/messages'])(
    'on %s the upstream is stopped while the client does not read',
    async (path) => {
      const event = `data: {"id":"1","choices":[{"index":0,"delta":{"content":"${'x'.repeat(16_000)}"}}]}\n\n`
      const wanted = 60 * 1024 * 1024
      let sent = 0
      const { portside } = await start((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const fill = () => {
          while (sent < wanted) {
            sent += event.length
            if (!response.write(event)) return void response.once('drain', fill)
          }
        }
        fill()
      })
      const socket = send(portside, path, true)
      await firstData(socket)
      socket.pause()
      // The upstream stands still when two looks, some time apart, see the same count.
      let before = -1
      await vi.waitFor(
        () => {
          const isStill = sent === before
          before = sent
          expect(isStill).toBe(true)
        },
        { timeout: 20_000, interval: 300 },
      )
      // Socket buffers of the kernel on both sides may hold several MiB; the rest never left the upstream.
      expect(sent).toBeLessThan(wanted / 2)
      socket.destroy()
    },
    40_000,
  )
})
