import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, onTestFinished } from 'vitest'
import { CancelSource } from '../cancel-signal.ts'
import type { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { UpstreamAnswer, UpstreamCall } from './answer-handler.ts'
import { createUpstreamFetch, type Network, type UpstreamFetch } from './fetch-upstream.ts'

/** A request as an upstream saw it: on which of its connections, and its bytes. */
type Seen = { readonly connection: number; readonly text: string }

export type RawUpstream = {
  readonly port: number
  readonly seen: Seen[]
  readonly sockets: Socket[]
  /** How many connections are open. */
  open(): number
}

/** Answers the request with the number `index`, over all connections. */
export type Script = (socket: Socket, index: number) => void

/** Resolves with the port. The server is closed when the test is over. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** An upstream of raw bytes. `script` is called when a request is there with its whole body. */
export async function startRaw(
  script: Script,
  create = (take: (socket: Socket) => void): Server => createServer(take),
): Promise<RawUpstream> {
  const seen: Seen[] = []
  const sockets: Socket[] = []
  const server = create((socket) => {
    const connection = sockets.push(socket) - 1
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? 0)
      if (head === -1 || text.length < head + 4 + length) return
      seen.push({ connection, text })
      text = ''
      script(socket, seen.length - 1)
    })
  })
  const port = await listen(server)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  const open = () => sockets.filter((socket) => !socket.destroyed).length
  return { port, seen, sockets, open }
}

export function openWay(network: Partial<Network> = {}, clock: Clock = systemClock): UpstreamFetch {
  const whole = { privateNetwork: true, proxyUrl: null, connectMs: 5000, headerBytes: 16_384, ...network }
  const way = createUpstreamFetch(whole, clock)
  onTestFinished(() => way.close())
  return way
}

/** A call to a port of this machine, or to a URL. */
export function callTo(place: number | string, changes: Partial<UpstreamCall> = {}): UpstreamCall {
  return {
    url: new URL(typeof place === 'string' ? place : `http://127.0.0.1:${place}/v1`),
    method: 'POST',
    headers: {},
    body: '{}',
    signal: new CancelSource(),
    firstByteMs: 10_000,
    idleMs: 10_000,
    maxBytes: 100_000_000,
    ...changes,
  }
}

/** The answer's body; what went wrong is its `code`. */
export function collect(answer: UpstreamAnswer): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    answer.consume({
      bytes(chunk) {
        text += Buffer.from(chunk).toString('latin1')
        return true
      },
      end: () => resolve(text),
      fail: ({ code }) => resolve(`${text} [${code}]`),
    })
  })
}

export async function ask(way: UpstreamFetch, call: UpstreamCall): Promise<string> {
  return collect(await way.fetch(call))
}

export function failureOf(way: UpstreamFetch, call: UpstreamCall): Promise<ChatError> {
  return way.fetch(call).then(
    () => expect.unreachable('the call succeeds'),
    (error: ChatError) => error,
  )
}

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
export const answerOk: Script = (socket) => void socket.write(OK)

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../test/faults/fixtures', name))
/** For 127.0.0.1; nobody vouches for it. */
export const CERTIFICATE = fixture('self-signed.cert.pem').toString()
export const TLS_SERVER = {
  key: fixture('self-signed.key.pem'),
  cert: CERTIFICATE,
  ALPNProtocols: ['h2', 'http/1.1'],
}

/** Until the test is over, the certificate counts as vouched for. */
export function trustCertificate(): void {
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, CERTIFICATE])
  onTestFinished(() => setDefaultCACertificates(before))
}
