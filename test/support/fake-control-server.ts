import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { RPCHandler } from '@orpc/server/node'
import { BUILT_APP } from './build-fake-app.ts'
import type { FakeControl } from './fake-control.ts'

export type FakeServer = {
  readonly url: string
  /** Every path that was asked for. */
  readonly asked: string[]
  readonly close: () => Promise<void>
}

type FakeServerOptions = {
  readonly control: FakeControl
  /** Null: nobody has to sign in. */
  readonly adminKey?: string | null
  readonly ticket?: string | null
}

const PAGES = path.join(BUILT_APP, 'dist/renderer')
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const MOST_ATTEMPTS = 5

/** Serves the built pages and a fake control plane as a headless Portside does, on a free port of 127.0.0.1. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const { control, adminKey = null, ticket = null } = options
  const rpc = new RPCHandler(control.router)
  const session = createSession({ adminKey, ticket })
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    asked.push(pathname)
    void answer(pathname, request, response)
  })

  async function answer(pathname: string, request: IncomingMessage, response: ServerResponse) {
    if (pathname === '/control/session') return session.handle(request, response)
    if (!pathname.startsWith('/control/')) return servePage(pathname, response)
    if (!session.isOpen(request)) return response.writeHead(401).end()
    return rpc.handle(request, response, { prefix: '/control/rpc', context: {} })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, asked, close: () => close(server) }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function servePage(pathname: string, response: ServerResponse) {
  const file = path.join(PAGES, pathname === '/' ? 'index.html' : pathname)
  try {
    const bytes = await readFile(file)
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP }).end(bytes)
  } catch {
    // Not one of the built files.
    response.writeHead(404).end()
  }
}

function createSession({ adminKey, ticket }: { adminKey: string | null; ticket: string | null }) {
  const id = randomUUID()
  let attempts = 0
  let isTicketSpent = false
  const proves = (proof: { adminKey?: string; ticket?: string }) => {
    if (proof.ticket !== undefined && proof.ticket === ticket && !isTicketSpent) {
      isTicketSpent = true
      return true
    }
    return proof.adminKey !== undefined && proof.adminKey === adminKey
  }
  return {
    isOpen: (request: IncomingMessage) =>
      adminKey === null || (request.headers.cookie ?? '').includes(`portside_session=${id}`),
    async handle(request: IncomingMessage, response: ServerResponse) {
      if (request.method === 'DELETE') return response.writeHead(204, { 'set-cookie': cookieOf('', 0) }).end()
      if (++attempts > MOST_ATTEMPTS) return response.writeHead(429).end()
      const body = await text(request)
      if (!proves(JSON.parse(body))) return response.writeHead(401).end()
      return response.writeHead(204, { 'set-cookie': cookieOf(id, 3600) }).end()
    },
  }
}

const cookieOf = (id: string, maxAge: number) =>
  `portside_session=${id}; HttpOnly; SameSite=Strict; Path=/control; Max-Age=${maxAge}`
