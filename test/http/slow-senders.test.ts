import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'
import { startPortsideChild } from '../support/start-portside-child.ts'

const MIB = 1_048_576
let portside: RunningPortside
const sockets: Socket[] = []

beforeAll(async () => {
  portside = await startPortside({ timeouts: { headersMs: 300, bodyMs: 400 }, limits: { connections: 60 } })
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await portside.stop()
})

/** A connection that sends `first` and then a byte now and then, and what came of it. */
function dawdle(port: number, first: string): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    let text = ''
    socket.write(first)
    const drip = setInterval(() => socket.write('a'), 50)
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(drip)
      resolve({ text, closed: true })
    })
  })
}

describe('REL-27: who sends slowly is let go, and nobody else notices', () => {
  it.each([
    ['a head that never ends', 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: '],
    [
      'a body that never ends',
      `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${TEST_KEY}\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{`,
    ],
  ])('%s ends with 408', async (_name, first) => {
    const slow = Array.from({ length: 20 }, () => dawdle(portside.port, first))
    expect((await fetch(`${portside.url}/healthz`)).status).toBe(200)
    for (const { text, closed } of await Promise.all(slow))
      expect([closed, text.slice(0, 12)]).toEqual([true, 'HTTP/1.1 408'])
    await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(0), { timeout: 5000 })
  })
})

describe('REL-28: connections that only wait', () => {
  it('the surplus over the limit is closed at once, and closing one makes room', async () => {
    const open = Array.from({ length: 80 }, () => {
      const socket = connect(portside.port, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => undefined)
      return socket
    })
    await vi.waitFor(
      () =>
        expect(open.filter((socket) => socket.destroyed || socket.closed).length).toBeGreaterThanOrEqual(20),
      { timeout: 5000 },
    )
    for (const socket of open) socket.destroy()
    await vi.waitFor(async () => expect((await fetch(`${portside.url}/healthz`)).status).toBe(200), {
      timeout: 5000,
    })
  })

  it('2,000 of them cost at most 15 KiB each', async () => {
    const child = await startPortsideChild({})
    const port = Number(new URL(child.url).port)
    const before = await child.measure()
    const idle: Socket[] = []
    for (let count = 0; count < 2000; count++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      idle.push(socket)
      if (count % 100 === 0) await new Promise((resolve) => socket.once('connect', resolve))
    }
    await vi.waitFor(
      async () => expect((await child.measure()).descriptors - before.descriptors).toBeGreaterThan(1990),
      { timeout: 20_000 },
    )
    const after = await child.measure()
    for (const socket of idle) socket.destroy()
    await child.stop()
    expect(after.heapBytes - before.heapBytes).toBeLessThan(2000 * 15 * 1024)
    expect(after.rssBytes - before.rssBytes).toBeLessThan(100 * MIB)
  }, 60_000)
})
