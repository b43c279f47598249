import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ApiSetUp = {
  readonly port?: number
  /** Keys that work, with their owners; left out, every key does. */
  readonly keys?: Readonly<Record<string, string>>
  /** The session cookie's value that works, as it stands in a browser. */
  readonly cookie?: string
  /** Refuses everything, and repeats what it was given, as careless servers do. */
  readonly quotes?: boolean
  /** Answers that take the place of the usual ones, by path. */
  readonly answers?: Readonly<Record<string, ApiAnswer>>
}

export type ApiAnswer = {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export type SeenApiCall = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export type SimulatedApi = {
  readonly url: string
  readonly calls: SeenApiCall[]
  /** May be changed while it runs. */
  setUp: ApiSetUp
  close(): Promise<void>
}

const json = (body: unknown, status = 200): ApiAnswer => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

/** Cursor's public API (key) and its account pages (cookie) on a loopback port. Whatever else is asked for is a 404. */
export async function startCursorApi(setUp: ApiSetUp = {}): Promise<SimulatedApi> {
  const calls: SeenApiCall[] = []
  const server = createServer((request, response) => {
    request.resume()
    const call = { method: request.method ?? '', path: request.url ?? '', headers: request.headers }
    calls.push(call)
    const { status, body, headers } = api.setUp.answers?.[call.path] ?? answer(call, api.setUp)
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(setUp.port ?? 0, '127.0.0.1', resolve))
  const api: SimulatedApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    setUp,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return api
}

function answer({ path, headers }: SeenApiCall, setUp: ApiSetUp): ApiAnswer {
  if (setUp.quotes === true)
    return json({ error: `cannot take ${headers.authorization} ${headers.cookie}` }, 401)
  if (path.startsWith('/v1/')) {
    const key = String(headers.authorization ?? '').replace(/^Bearer /, '')
    const owner = setUp.keys === undefined ? 'nora@example.test' : setUp.keys[key]
    if (owner === undefined) return json({ error: { code: 'unauthorized', message: 'Invalid API key' } }, 401)
    if (path === '/v1/me')
      return json({ apiKeyName: 'Portside', createdAt: '2026-04-13T18:30:00.000Z', userEmail: owner })
    if (path === '/v1/models')
      return json({
        items: [
          {
            id: 'composer-2',
            displayName: 'Composer 2',
            aliases: ['composer'],
            parameters: [],
            variants: [],
          },
          { id: 'opus-5-thinking', displayName: 'Opus 5 Thinking' },
        ],
      })
  }
  if (path === '/api/auth/me' || path === '/api/usage-summary') {
    if (headers.cookie !== `WorkosCursorSessionToken=${setUp.cookie}`)
      return json({ error: 'not_authenticated' }, 401)
    return path === '/api/auth/me'
      ? json({ email: 'nora@example.test', sub: 'auth0|user_01NORA', name: 'Nora' })
      : json({
          billingCycleStart: '2026-11-01T00:00:00.000Z',
          billingCycleEnd: '2026-12-01T00:00:00.000Z',
          membershipType: 'pro',
          individualUsage: { plan: { enabled: true, used: 900, limit: 2000, remaining: 1100 } },
        })
  }
  return json({ error: 'not found' }, 404)
}
