import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { TEST_KEY } from '../support/start-portside.ts'
import { startPortsideChild } from '../support/start-portside-child.ts'

const MIB = 1_048_576
/** So many that others are asked often meanwhile, however fast they pass. */
const STREAM_BYTES = 256 * MIB

const running: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of running.splice(0).reverse()) await close()
})

/** An upstream that sends one answer of many MiB as fast as it is taken. */
async function startTorrent(): Promise<string> {
  const frame = `data: ${JSON.stringify({ id: '1', choices: [{ index: 0, delta: { content: 'x'.repeat(500) } }] })}\n\n`
  const block = Buffer.from(frame.repeat(120))
  const server = createServer((request, response) => {
    request.resume()
    if (request.method === 'GET') return void response.end('{"data":[]}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let left = STREAM_BYTES
    const pour = () => {
      while (left > 0) {
        left -= block.length
        if (!response.write(block)) return void response.once('drain', pour)
      }
      response.end(
        'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      )
    }
    pour()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

describe('REL-25: one fast upstream', () => {
  it.each(['/v1/chat/completions', '/v1/messages'])(
    'on %s leaves room for others all the while: none of them waits for more than a fraction of the stream',
    async (path) => {
      const baseUrl = await startTorrent()
      const portside = await startPortsideChild({
        providers: [{ id: 'sim', type: 'openai-chat', baseUrl, models: ['m'], privateNetwork: true }],
        log: { bodies: 'off' },
      })
      running.push(portside.stop)
      const answer = await fetch(portside.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TEST_KEY}` },
        body: JSON.stringify({
          model: 'm',
          stream: true,
          max_tokens: 9,
          messages: [{ role: 'user', content: 'req-fast' }],
        }),
      })
      const startedAt = performance.now()
      let isOver = false
      let bytes = 0
      const reading = (async () => {
        for await (const chunk of answer.body!) bytes += chunk.length
        isOver = true
      })()
      const waits: number[] = []
      while (!isOver) {
        const askedAt = performance.now()
        expect((await fetch(`${portside.url}/healthz`)).status).toBe(200)
        waits.push(performance.now() - askedAt)
      }
      await reading
      const lasted = performance.now() - startedAt
      expect(bytes).toBeGreaterThan(STREAM_BYTES * 0.8)
      expect(waits.length).toBeGreaterThan(20)
      expect(Math.max(...waits) / lasted).toBeLessThan(0.25)
    },
    60_000,
  )
})
