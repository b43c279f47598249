import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readText } from './read-bytes.ts'
import { callTo, failureOf, listen, openWay, TLS_SERVER, trustCertificate } from './upstream.test-support.ts'

/** A forward proxy; `seen` holds what it was asked for. */
async function startProxy(handle?: (request: IncomingMessage, socket: Socket) => void) {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const proxy = createHttpServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    response.setHeader('X-Twice', ['a', 'b'])
    response.end(`${request.method} ${request.url}`)
  })
  proxy.on('connection', (socket) => sockets.add(socket))
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    handle?.(request, socket)
  })
  const port = await listen(proxy)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  return { port, seen, url: `http://127.0.0.1:${port}` }
}

/** What a proxy does with CONNECT. */
function tunnel(request: IncomingMessage, socket: Socket): void {
  const [host = '', port = ''] = (request.url ?? '').split(':')
  const upstream = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    upstream.pipe(socket)
    socket.pipe(upstream)
  })
  for (const [one, other] of [
    [socket, upstream],
    [upstream, socket],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

describe('The way through a proxy', () => {
  it('reaches an upstream, also when the network has changed', async () => {
    const proxy = await startProxy()
    const way = openWay({ proxyUrl: proxy.url })
    const ask = async () => {
      const answer = await way.fetch(callTo('http://upstream.test/v1?x=1'))
      return [answer.status, answer.headers['x-twice'], await readText(answer, 1000)]
    }
    const wanted = [200, 'a, b', 'POST http://upstream.test/v1?x=1']
    expect([await ask(), await ask()]).toEqual([wanted, wanted])
    way.renew(0)
    expect(await ask()).toEqual(wanted)
  })

  it('takes no call any more once it is closed, whether it was used before or not', async () => {
    const proxy = await startProxy()
    const [used, unused] = [openWay({ proxyUrl: proxy.url }), openWay({ proxyUrl: proxy.url })]
    const call = () => callTo('http://upstream.test/v1')
    await readText(await used.fetch(call()), 1000)
    for (const way of [used, unused]) {
      await way.close()
      expect(await failureOf(way, call())).toMatchObject({ kind: 'upstream-unavailable' })
    }
    expect(proxy.seen).toHaveLength(1)
  })

  it('reaches an upstream over TLS through a tunnel, with the proxy’s own credentials', async () => {
    trustCertificate()
    const spoken: (string | false | null)[] = []
    const upstream = createHttpsServer(TLS_SERVER, (request, response) => {
      spoken.push((request.socket as TLSSocket).alpnProtocol)
      response.end(`${request.method} ${request.url} ${request.headers.authorization}`)
    })
    const port = await listen(upstream)
    const proxy = await startProxy(tunnel)
    const way = openWay({ proxyUrl: `http://me:secret@127.0.0.1:${proxy.port}` })
    const headers = { authorization: 'Bearer sk-mine' }
    const answer = await way.fetch(callTo(`https://127.0.0.1:${port}/v1`, { headers }))
    expect(await readText(answer, 1000)).toBe('POST /v1 Bearer sk-mine')
    expect(proxy.seen).toEqual([
      `CONNECT 127.0.0.1:${port} Basic ${Buffer.from('me:secret').toString('base64')}`,
    ])
    expect(spoken).toEqual(['http/1.1'])
  })

  it('gives a proxy that does not answer the greeting no longer than the time to connect', async () => {
    const port = await listen(createServer(() => undefined))
    const way = openWay({ proxyUrl: `https://127.0.0.1:${port}`, connectMs: 50 })
    const failure = await failureOf(way, callTo('http://upstream.test/v1'))
    expect(failure).toMatchObject({ kind: 'timed-out', code: 'connect_timeout' })
  })

  it('does not ask a proxy for an address that is refused (SEC-12)', async () => {
    const proxy = await startProxy()
    const way = openWay({ proxyUrl: proxy.url, privateNetwork: false })
    for (const host of ['127.0.0.1', '169.254.169.254', '[::1]']) {
      const failure = await failureOf(way, callTo(`http://${host}/v1`))
      expect(failure).toMatchObject({ kind: 'upstream-untrusted', code: 'refused_address' })
    }
    expect(proxy.seen).toEqual([])
  })

  it('says that a proxy refuses to open a tunnel', async () => {
    const proxy = await startProxy((_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
    const failure = await failureOf(openWay({ proxyUrl: proxy.url }), callTo('https://upstream.test/v1'))
    expect(failure).toMatchObject({ kind: 'upstream-unavailable' })
  })

  it('takes heads of an answer up to the limit of the settings', async () => {
    const proxy = createHttpServer((_request, response) => {
      response.setHeader('x-long', 'x'.repeat(20_000))
      response.end('ok')
    })
    const port = await listen(proxy)
    onTestFinished(() => proxy.closeAllConnections())
    const proxyUrl = `http://127.0.0.1:${port}`
    const asked = callTo('http://upstream.test/v1')
    const failure = await failureOf(openWay({ proxyUrl, headerBytes: 8192 }), asked)
    expect(failure).toMatchObject({ kind: 'upstream-changed', code: 'protocol' })
    const answer = await openWay({ proxyUrl, headerBytes: 65_536 }).fetch(asked)
    expect(await readText(answer, 1000)).toBe('ok')
  })
})
