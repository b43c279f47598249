import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Settings } from '../../contract/settings.ts'
import { type ChatError, toChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import type { RequestLog } from '../request-log/request-log.ts'
import type { KeyRing } from '../settings/local-keys.ts'
import { answerFailure } from './answer-failure.ts'
import { type BusinessPorts, handleBusiness, protocolOf } from './business.ts'
import { clientFamily } from './client-family.ts'
import { readDirectToken, withoutBodies } from './direct-token.ts'
import type { Exchange } from './exchange.ts'
import {
  checkHead,
  checkKey,
  checkRequest,
  corsHeaders,
  createFactsReader,
  Denial,
  type GuardFacts,
  isAllowedOrigin,
} from './guard.ts'
import { createRouteMatcher, type Match } from './match-route.ts'
import { notFoundMessage } from './not-found-message.ts'
import { requestIdOf } from './request-id.ts'
import type { RouteId } from './route-table.ts'

export type ServerPorts = {
  readonly business: BusinessPorts
  readonly settings: () => Settings
  readonly keyRing: () => KeyRing
  readonly log: RequestLog
  readonly clock: Clock
  readonly providerIds: () => ReadonlySet<string>
  /** Everything that is not hot: an Express application. */
  readonly handleCold: (exchange: Exchange) => void
  readonly checkControl: (request: IncomingMessage) => boolean
  /** `at` is wall time. */
  readonly markKeyUse: (keyId: string, at: number) => void
}

/** The ports, and what a server remembers for the next request. */
type ServerParts = ServerPorts & {
  readonly factsAt: (port: number) => GuardFacts
  readonly match: (target: string) => Match | undefined
}

/** Health checks and our own pages would flood the log; only their refusals are shown. */
const QUIET: ReadonlySet<string> = new Set<RouteId>([
  'health',
  'healthz',
  'readyz',
  'status-page',
  'event-logging',
  'control-session',
  'control-rpc',
  'control-api',
  'ui',
])

/** One node:http server: the guard, then the hot routes, then Express. */
export function createProxyServer(given: ServerPorts): Server {
  const ports: ServerParts = {
    ...given,
    factsAt: createFactsReader(given.settings),
    match: createRouteMatcher(given.providerIds),
  }
  const { timeouts, limits } = ports.settings()
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.headersMs + timeouts.bodyMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: 1000,
      requireHostHeader: false,
    },
    (request, response) => handle(request, response, ports),
  )
  server.maxConnections = limits.connections
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= limits.bodyBytes) response.writeContinue()
    handle(request, response, ports)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => refuseUpgrade(request, socket, ports))
  server.on('connect', (_request: IncomingMessage, socket: Socket) => socket.destroy())
  server.on('clientError', answerClientError)
  return server
}

function handle(request: IncomingMessage, response: ServerResponse, ports: ServerParts): void {
  const exchange = openExchange(request, response, ports)
  try {
    checkHead(request, exchange.facts)
    if (request.method === 'OPTIONS') return answerPreflight(exchange, ports)
    exchange.match = findRoute(request, ports)
    admit(exchange, exchange.match, ports)
    if (exchange.match.route.isHot) void handleBusiness(exchange, ports.business)
    else ports.handleCold(exchange)
  } catch (thrown) {
    refuseExchange(exchange, toChatError(thrown), ports)
  }
}

function openExchange(request: IncomingMessage, response: ServerResponse, ports: ServerParts): Exchange {
  const facts = ports.factsAt(request.socket.localPort ?? 0)
  const arrivedAt = ports.clock.now()
  return {
    request,
    response,
    requestId: requestIdOf(request.headers['x-request-id'], arrivedAt),
    startedAt: ports.clock.monotonic(),
    arrivedAt,
    facts,
    row: undefined,
    match: undefined,
    key: undefined,
    direct: undefined,
  }
}

function findRoute(request: IncomingMessage, ports: ServerParts): Match {
  const match = ports.match(request.url ?? '')
  if (match === undefined)
    throw new Denial('not-found', 'not-found', notFoundMessage(request, ports.settings()), 'unknown_route')
  return match
}

/** Method, content type and key, in this order; a request that is let in gets its row. */
function admit(exchange: Exchange, match: Match, ports: ServerPorts): void {
  const { request, facts } = exchange
  checkRequest(request, match)
  if (match.route.policy === 'control' && !ports.checkControl(request))
    throw new Denial('control', 'unauthorized', 'Sign in to Portside first', 'invalid_api_key')
  if (facts.settings.server.directToken.mode === 'on') admitDirect(exchange, match, ports)
  const key = exchange.direct === undefined ? checkKey(request, match, facts, ports.keyRing()) : undefined
  if (key !== undefined) {
    exchange.key = key
    ports.markKeyUse(key.id, exchange.arrivedAt)
  }
  if (!QUIET.has(match.route.id)) exchange.row ??= openRow(exchange, ports)
  if (match.route.policy === 'local-key') ports.business.keyUse.admit(key)
}

/** A caller with an upstream token of its own sees and uses the one provider that it is for (SEC-14). */
function admitDirect(exchange: Exchange, match: Match, ports: ServerPorts): void {
  const direct = readDirectToken(exchange.request, match, exchange.facts, ports.keyRing())
  if (direct === undefined) return
  exchange.direct = direct
  exchange.match = { ...match, provider: direct.provider }
  exchange.row = withoutBodies(openRow(exchange, ports))
}

function openRow(exchange: Exchange, ports: ServerPorts) {
  const { request, requestId, arrivedAt, match, key } = exchange
  const initial = {
    id: requestId,
    method: request.method ?? '',
    path: withoutQuery(request.url ?? ''),
    startedAt: arrivedAt,
    state: 'receiving',
    protocol: match?.route.protocol ?? null,
    keyName: key?.name ?? null,
    client: clientFamily(request.headers['user-agent']),
  } as const
  return ports.log.open(initial, request.headers['x-request-id'] === undefined)
}

function withoutQuery(target: string): string {
  const questionMark = target.indexOf('?')
  return questionMark === -1 ? target : target.slice(0, questionMark)
}

/** Answers with an error in the caller's protocol and closes the row. */
export function refuseExchange(exchange: Exchange, error: ChatError, ports: ServerPorts): void {
  if (!isSignedOut(exchange, error)) exchange.row ??= openRow(exchange, ports)
  const protocol = protocolOf(exchange, ports.business.protocols)
  answerFailure(exchange, error, protocol, ports.settings().retry.retryAfterMaxMs)
}

/** A page of ours that has to sign in first is no failed request of anybody. */
function isSignedOut({ match }: Exchange, error: ChatError): boolean {
  return match !== undefined && QUIET.has(match.route.id) && error.kind === 'unauthorized'
}

const ALLOWED_HEADERS =
  'authorization, content-type, x-api-key, x-goog-api-key, anthropic-version, anthropic-beta, openai-beta, x-request-id, x-portside-account'

/** A browser asks before it calls. Only a page that may call gets a yes; the key is checked on the call itself. */
function answerPreflight(exchange: Exchange, ports: ServerParts): void {
  const { request, response, facts } = exchange
  const origin = request.headers.origin
  if (origin === undefined || !isAllowedOrigin(origin, request, facts))
    throw new Denial('preflight', 'forbidden', 'Pages of other sites may not call Portside')
  const match = findRoute(request, ports)
  response.writeHead(204, {
    ...corsHeaders(request, facts),
    'access-control-allow-methods': match.route.methods.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': '600',
  })
  response.end()
}

/**
 * No route speaks WebSocket. 426 makes clients that try it first (Codex) fall back to POST at once; a page of another
 * site gets the guard's refusal instead (SEC-02).
 */
function refuseUpgrade(request: IncomingMessage, socket: Socket, ports: ServerParts): void {
  const facts = ports.factsAt(socket.localPort ?? 0)
  let status = '426 Upgrade Required'
  try {
    checkHead(request, facts)
  } catch (thrown) {
    status = toChatError(thrown).kind === 'forbidden' ? '403 Forbidden' : '400 Bad Request'
  }
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

const LINGER_MS = 500

/** What Node's parser could not read: answered with its status and closed (SEC-17). */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const status =
    {
      HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
      ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
    }[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  // Who goes on sending is not waited for.
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
