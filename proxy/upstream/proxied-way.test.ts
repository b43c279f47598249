import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { CancelSource } from '../cancel-signal.ts'
import { systemClock } from '../clock.ts'
import { createUpstreamFetch } from './fetch-upstream.ts'
import { readText } from './read-bytes.ts'

it('reaches an upstream through a proxy, also when the network has changed', async () => {
  const proxy = createServer((request, response) => {
    response.setHeader('X-Twice', ['a', 'b'])
    response.end(`${request.method} ${request.url}`)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const way = createUpstreamFetch(
    { privateNetwork: true, proxyUrl, connectMs: 5000, headerBytes: 16_384 },
    systemClock,
  )
  onTestFinished(() => way.close())
  const ask = async () => {
    const answer = await way.fetch({
      url: new URL('http://upstream.test/v1?x=1'),
      method: 'POST',
      headers: {},
      body: '{}',
      signal: new CancelSource(),
      firstByteMs: 5000,
      idleMs: 5000,
      maxBytes: 1000,
    })
    return [answer.status, answer.headers['x-twice'], await readText(answer, 1000)]
  }
  const wanted = [200, 'a, b', 'POST http://upstream.test/v1?x=1']
  expect([await ask(), await ask()]).toEqual([wanted, wanted])
  way.renew(0)
  expect(await ask()).toEqual(wanted)
})
