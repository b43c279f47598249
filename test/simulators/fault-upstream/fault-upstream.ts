import { type AddressInfo, createServer, type Socket } from 'node:net'
import { FAULTS, type FaultName } from './faults.ts'
import { createWire, type FaultProtocol } from './wire.ts'

/** One attempt as the simulator saw it: what it was asked, and what it did. */
export type SimulatedAttempt = {
  readonly number: number
  /** The client's own name of its request: the word `req-…` in the last user message. */
  readonly requestName: string
  /** Which attempt of that request this is, from 0. */
  readonly attempt: number
  readonly credential: string
  readonly model: unknown
  readonly stream: boolean
  readonly path: string
  readonly fault: FaultName
  /** The text that a good answer to this attempt carries; it names request and attempt. */
  readonly content: string
  /** The connection closed before the fault had played out. */
  isClosed: boolean
}

export type FaultScript = (attempt: Omit<SimulatedAttempt, 'fault' | 'content' | 'isClosed'>) => FaultName

export type FaultUpstream = {
  readonly url: string
  readonly port: number
  readonly attempts: SimulatedAttempt[]
  /** Decides from now on. */
  script: FaultScript
  close(): Promise<void>
}

export type FaultUpstreamOptions = {
  readonly protocol: FaultProtocol
  readonly script: FaultScript
  readonly port?: number
  readonly words?: number
}

/** An upstream of raw sockets that fails as it is told, request by request, and remembers everything: the oracle of tests. */
export async function startFaultUpstream(options: FaultUpstreamOptions): Promise<FaultUpstream> {
  const attempts: SimulatedAttempt[] = []
  const tries = new Map<string, number>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    // One kept connection carries many attempts, and each watches for its end.
    socket.setMaxListeners(0)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    readRequests(socket, (request) => answer(socket, request))
  })

  function answer(socket: Socket, { path, headers, body }: RawRequest): void {
    if (!path.includes('/chat/completions') && !path.includes('/messages'))
      return void socket.write(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"data":[]}',
      )
    const requestName =
      /req-[\w-]+/.exec(JSON.stringify((body.messages as unknown[])?.at(-1)))?.[0] ?? 'unnamed'
    const attempt = tries.get(requestName) ?? 0
    tries.set(requestName, attempt + 1)
    const seen = {
      number: attempts.length,
      requestName,
      attempt,
      credential: headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '') ?? '',
      model: body.model,
      stream: body.stream === true,
      path,
    }
    const fault = upstream.script(seen)
    const content = `${requestName} attempt-${attempt} ${'tide '.repeat(options.words ?? 6)}`.trim()
    const record: SimulatedAttempt = { ...seen, fault, content, isClosed: false }
    attempts.push(record)
    socket.once('close', () => {
      record.isClosed = true
    })
    const wire = createWire({ protocol: options.protocol, stream: seen.stream, model: body.model, content })
    FAULTS[fault](socket, wire)
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const upstream: FaultUpstream = {
    url: options.protocol === 'anthropic' ? `http://127.0.0.1:${port}` : `http://127.0.0.1:${port}/v1`,
    port,
    attempts,
    script: options.script,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
  return upstream
}

type RawRequest = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown>
}

/** Enough of HTTP to read what a proxy sends: a head, then `content-length` bytes. */
function readRequests(socket: Socket, take: (request: RawRequest) => void): void {
  let buffer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
    for (;;) {
      const headEnd = buffer.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      const [line = '', ...lines] = buffer.subarray(0, headEnd).toString('latin1').split('\r\n')
      const headers = Object.fromEntries(
        lines.map((text) => [
          text.slice(0, text.indexOf(':')).toLowerCase(),
          text.slice(text.indexOf(':') + 1).trim(),
        ]),
      )
      const length = Number(headers['content-length'] ?? 0)
      if (buffer.length < headEnd + 4 + length) return
      const body = buffer.subarray(headEnd + 4, headEnd + 4 + length).toString('utf8')
      buffer = buffer.subarray(headEnd + 4 + length)
      take({ path: line.split(' ')[1] ?? '', headers, body: body === '' ? {} : JSON.parse(body) })
    }
  })
}
