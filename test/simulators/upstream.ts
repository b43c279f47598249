import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as an upstream saw it. */
export type SeenRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body's bytes as text. */
  readonly text: string
  readonly json: Record<string, unknown>
  /** When the connection of this request closed before the answer was complete, in monotonic milliseconds. */
  closedAt: number | undefined
}

/** Its result is awaited and not used. */
export type Answerer = (request: SeenRequest, response: ServerResponse, index: number) => unknown

export type Upstream = {
  readonly url: string
  readonly port: number
  readonly requests: SeenRequest[]
  /** Answers from now on. */
  answer: Answerer
  close(): Promise<void>
}

/** An upstream that is a server of its own. */
export type CountingUpstream = Upstream & {
  /** How many connections were made so far. */
  readonly connections: number
}

/** A loopback server that remembers what it was asked and answers as told. Requests for models get an empty list. */
export async function startUpstream(answer: Answerer): Promise<CountingUpstream> {
  const requests: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      text,
      json: text === '' ? {} : JSON.parse(text),
      closedAt: undefined,
    }
    response.on('close', () => {
      if (!response.writableFinished) seen.closedAt = performance.now()
    })
    if (request.method === 'GET')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}')
    requests.push(seen)
    await upstream.answer(seen, response, requests.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let connections = 0
  server.on('connection', () => connections++)
  const upstream: CountingUpstream = {
    get connections() {
      return connections
    },
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return upstream
}

/** Ends an answer with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
