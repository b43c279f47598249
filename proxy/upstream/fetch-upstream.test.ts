import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { CancelSource } from '../cancel-signal.ts'
import { systemClock } from '../clock.ts'
import { createUpstreamFetch } from './fetch-upstream.ts'

const TOGETHER = 400

it('carries as many answers of one upstream at a time as are asked for', async () => {
  const waiting: ServerResponse[] = []
  const server = createServer((_request, response) => {
    // Nobody is answered before all are here.
    if (waiting.push(response) === TOGETHER) for (const one of waiting) one.end('{}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  const upstream = createUpstreamFetch(
    { privateNetwork: true, proxyUrl: null, connectMs: 5000, headerBytes: 16_384 },
    systemClock,
  )
  onTestFinished(() => upstream.close())
  const url = new URL(`http://127.0.0.1:${address.port}/v1`)
  const answers = await Promise.all(
    Array.from({ length: TOGETHER }, () =>
      upstream.fetch({
        url,
        method: 'POST',
        headers: {},
        body: '{}',
        signal: new CancelSource(),
        firstByteMs: 10_000,
        idleMs: 10_000,
        maxBytes: 1000,
      }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(TOGETHER).fill(200))
  for (const answer of answers) answer.abort()
})
