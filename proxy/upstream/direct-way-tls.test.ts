import { createServer } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import {
  answerOk,
  ask,
  callTo,
  failureOf,
  listen,
  OK,
  openWay,
  type Script,
  startRaw,
  TLS_SERVER,
  trustCertificate,
} from './upstream.test-support.ts'

describe('An upstream over TLS', () => {
  const startTls = (script: Script) => startRaw(script, (take) => createTlsServer(TLS_SERVER, take))
  const secure = (port: number, host = '127.0.0.1') => callTo(`https://${host}:${port}/v1`)

  it('is refused where nobody vouches for its certificate, before anything is sent', async () => {
    const upstream = await startTls(answerOk)
    const failure = await failureOf(openWay(), secure(upstream.port))
    expect(failure).toMatchObject({ kind: 'upstream-untrusted', code: 'tls' })
    expect(upstream.seen).toEqual([])
  })

  it('is refused where the certificate is for another name', async () => {
    trustCertificate()
    const upstream = await startTls(answerOk)
    const failure = await failureOf(openWay(), secure(upstream.port, 'localhost'))
    expect(failure).toMatchObject({ kind: 'upstream-untrusted', code: 'tls' })
    expect(upstream.seen).toEqual([])
  })

  it('is asked over a kept connection, and over a new one that goes on with the session', async () => {
    trustCertificate()
    const sessions: unknown[] = []
    const upstream = await startTls((socket, index) => {
      sessions.push(socket instanceof TLSSocket && socket.isSessionReused())
      if (index === 1) socket.write(OK.replace('\r\n', '\r\nconnection: close\r\n'))
      else socket.write(OK)
    })
    const way = openWay()
    for (let count = 0; count < 3; count++) expect(await ask(way, secure(upstream.port))).toBe('ok')
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([0, 0, 1])
    expect(sessions).toEqual([false, false, true])
  })

  it('that never answers the greeting takes too long to connect', async () => {
    const server = createServer(() => undefined)
    const port = await listen(server)
    const way = openWay({ connectMs: 50 })
    expect(await failureOf(way, secure(port))).toMatchObject({ kind: 'timed-out', code: 'connect_timeout' })
  })
})
