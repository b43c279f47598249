import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import type { LocalKey } from '../../contract/local-key.ts'
import type { Settings } from '../../contract/settings.ts'
import { ChatError, type ErrorKind } from '../chat/chat-error.ts'
import type { KeyRing } from '../settings/local-keys.ts'
import type { Match } from './match-route.ts'

/** Why a request was refused: a closed set, shown in the log. */
export type DenyReason =
  | 'host'
  | 'malformed'
  | 'origin'
  | 'fetch-site'
  | 'not-found'
  | 'method'
  | 'content-type'
  | 'key'
  | 'weak-key'
  | 'control'
  | 'preflight'

export class Denial extends ChatError {
  readonly reason: DenyReason
  constructor(reason: DenyReason, kind: ErrorKind, message: string, code?: string) {
    super(kind, message, code === undefined ? {} : { code })
    this.reason = reason
  }
}

export type GuardFacts = {
  readonly settings: Settings
  /** The port that the connection came in on. */
  readonly port: number
  /** This machine itself, with that port, as nearly all clients write it. */
  readonly plainAddress: string
  readonly plainName: string
}

/** What the guard has to know; the same object for as long as nothing of it changes. */
export function createFactsReader(readSettings: () => Settings): (port: number) => GuardFacts {
  let known: GuardFacts | undefined
  return (port) => {
    const settings = readSettings()
    if (known?.settings === settings && known.port === port) return known
    known = { settings, port, plainAddress: `127.0.0.1:${port}`, plainName: `localhost:${port}` }
    return known
  }
}

/**
 * Is this request ours to answer at all? Looks at the raw head only, before any routing: framing, Host, Origin,
 * Sec-Fetch-Site (SEC-01, SEC-02, SEC-17). Throws a `Denial`.
 */
export function checkHead(request: IncomingMessage, facts: GuardFacts): void {
  if (isPlain(request, facts)) return
  checkFraming(request)
  checkHost(request, facts)
  checkOrigin(request, facts)
}

/** What command-line clients send needs no closer look: no header twice, no encoding, our plain name, no browser's headers. */
function isPlain(request: IncomingMessage, { plainAddress, plainName }: GuardFacts): boolean {
  const { headers, url = '' } = request
  return (
    (headers.host === plainAddress || headers.host === plainName) &&
    url.startsWith('/') &&
    headers.origin === undefined &&
    headers['sec-fetch-site'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    !hasRepetitions(request)
  )
}

function checkFraming(request: IncomingMessage): void {
  const encoding = valuesOf(request, 'transfer-encoding')
  if (encoding.length > 1 || (encoding[0] !== undefined && encoding[0].toLowerCase() !== 'chunked'))
    throw malformed('Transfer-Encoding must be exactly "chunked"')
  if (encoding.length > 0 && valuesOf(request, 'content-length').length > 0)
    throw malformed('Content-Length and Transfer-Encoding exclude each other')
}

function checkHost(request: IncomingMessage, { settings, port }: GuardFacts): void {
  const hosts = valuesOf(request, 'host')
  const [host] = hosts
  if (hosts.length !== 1 || host === undefined || host === '')
    throw malformed('Exactly one Host header is needed')
  const target = request.url ?? ''
  if (!target.startsWith('/')) {
    const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1]
    if (authority !== undefined && !isOurHost(authority, settings, port)) throw foreignHost()
    throw malformed('The request target must be a path')
  }
  if (!isOurHost(host, settings, port)) throw foreignHost()
}

/** Exact names only, with the bound port or none; one trailing dot is tolerated. */
export function isOurHost(host: string, settings: Settings, port: number): boolean {
  const [, name = '', given] = /^(\[[0-9a-f:.]+\]|[^:[\]]+?)\.?(?::(\d{1,5}))?$/i.exec(host) ?? []
  if (given !== undefined && Number(given) !== port) return false
  const bound = settings.server.host
  const allowed = ['127.0.0.1', 'localhost', '[::1]', ...settings.server.allowedHosts]
  if (bound !== '0.0.0.0' && bound !== '::') allowed.push(isIPv6(bound) ? `[${bound}]` : bound)
  return allowed.some((entry) => entry.toLowerCase() === name.toLowerCase())
}

function checkOrigin(request: IncomingMessage, facts: GuardFacts): void {
  const origins = valuesOf(request, 'origin')
  if (origins.length > 1) throw malformed('More than one Origin header')
  const [origin] = origins
  if (origin !== undefined && isAllowedOrigin(origin, request, facts)) return
  if (origin !== undefined)
    throw new Denial(
      'origin',
      'forbidden',
      `Pages of ${printable(origin)} may not call Portside; allow the origin under server.cors.origins`,
    )
  const site = valuesOf(request, 'sec-fetch-site')[0]
  if (
    site !== undefined &&
    site !== 'none' &&
    site !== 'same-origin' &&
    facts.settings.server.cors.mode !== 'any'
  )
    throw new Denial('fetch-site', 'forbidden', 'Pages of other sites may not call Portside')
}

export function isAllowedOrigin(
  origin: string,
  request: IncomingMessage,
  { settings, port }: GuardFacts,
): boolean {
  const { cors } = settings.server
  if (origin === 'null') return false
  if (isOwnOrigin(origin, request, port)) return true
  if (isAdminPath(request)) return false
  return cors.mode === 'any' || cors.origins.includes(origin)
}

/** Our own pages: the origin is the very host that the browser called. */
function isOwnOrigin(origin: string, request: IncomingMessage, port: number): boolean {
  const host = (valuesOf(request, 'host')[0] ?? '').toLowerCase()
  return origin === `http://${host}` && host.endsWith(`:${port}`)
}

/** No relaxation ever reaches the admin side (I2). */
function isAdminPath(request: IncomingMessage): boolean {
  return /^\/(control|admin|metrics|ui)(\/|$|\?)/.test(request.url ?? '')
}

/** Access-Control headers for an origin that was let through; undefined for our own pages, and always on the admin side. */
export function corsHeaders(
  request: IncomingMessage,
  facts: GuardFacts,
): Readonly<Record<string, string>> | undefined {
  const { cors } = facts.settings.server
  if (cors.mode !== 'any' && request.headers.origin === undefined) return undefined
  if (isAdminPath(request)) return undefined
  if (cors.mode === 'any') return { 'access-control-allow-origin': '*' }
  const origin = valuesOf(request, 'origin')[0]
  if (origin === undefined || isOwnOrigin(origin, request, facts.port) || !cors.origins.includes(origin))
    return undefined
  return { 'access-control-allow-origin': origin, vary: 'Origin' }
}

/** Checks what needs the route: method and content type. */
export function checkRequest(request: IncomingMessage, match: Match): void {
  if (!match.route.methods.includes(request.method ?? ''))
    throw new Denial(
      'method',
      'method-not-allowed',
      `${match.route.path} takes ${match.route.methods.join(', ')}`,
    )
  if (request.method !== 'POST' && request.method !== 'PATCH') return
  // Of several content types Node keeps the first.
  const type = request.headers['content-type'] ?? ''
  if (type !== JSON_TYPE && type.split(';')[0]?.trim().toLowerCase() !== JSON_TYPE)
    throw new Denial('content-type', 'unsupported-media', 'Send the body as content-type: application/json')
}

const JSON_TYPE = 'application/json'

/** Who calls? A local key where the route's policy wants one. Throws a `Denial` of kind `unauthorized`. */
export function checkKey(
  request: IncomingMessage,
  match: Match,
  facts: GuardFacts,
  ring: KeyRing,
): LocalKey | undefined {
  const { policy } = match.route
  if (policy !== 'local-key' && policy !== 'model-list') return undefined
  const { server } = facts.settings
  if (ring.hasWeakKey && !server.acceptWeakKeys) throw weakKey()
  const presented = presentedKey(request)
  const key = presented === undefined ? undefined : ring.find(presented)
  if (key !== undefined) return key
  if (server.auth === 'off') return undefined
  if (policy === 'model-list' && presented === undefined && isModelListPublic(request, facts))
    return undefined
  throw new Denial(
    'key',
    'unauthorized',
    presented === undefined ? MISSING_KEY : WRONG_KEY,
    'invalid_api_key',
  )
}

const MISSING_KEY =
  'A local key is needed: send it as "Authorization: Bearer ps-…" or "x-api-key: ps-…" (`portside keys add` makes one)'
const WRONG_KEY = 'This is not a local key of this Portside; `portside keys list` shows the keys there are'

function isModelListPublic(request: IncomingMessage, { settings }: GuardFacts): boolean {
  const mode = settings.server.publicModelList
  if (mode !== 'nonBrowser') return mode === 'on'
  return (
    request.headers.origin === undefined &&
    !Object.keys(request.headers).some((name) => name.startsWith('sec-fetch-'))
  )
}

/** The key as the client sent it: Bearer, `x-api-key` or `x-goog-api-key`. Never from the query: that ends in logs. */
export function presentedKey(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1]
  return bearer ?? single(request.headers['x-api-key']) ?? single(request.headers['x-goog-api-key'])
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A header's values as they stood on the wire; Node's own `headers` hides repetitions. */
export function valuesOf(request: IncomingMessage, name: string): readonly string[] {
  if (hasRepetitions(request)) return request.headersDistinct[name] ?? NONE
  const value = request.headers[name]
  if (value === undefined) return NONE
  return typeof value === 'string' ? [value] : value
}

/** Few requests say a header twice, and to sort the values of all headers costs more than to count them. */
function hasRepetitions({ rawHeaders, headers }: IncomingMessage): boolean {
  let count = 0
  for (const _name in headers) count += 2
  return count !== rawHeaders.length
}

const NONE: readonly string[] = []

function malformed(message: string): Denial {
  return new Denial('malformed', 'invalid-request', message)
}

function foreignHost(): Denial {
  return new Denial(
    'host',
    'forbidden',
    'This Host is not one of Portside’s; add it to server.allowedHosts if it is meant',
  )
}

function weakKey(): Denial {
  return new Denial(
    'weak-key',
    'forbidden',
    'A key of the configuration is a well-known or short one; replace it (`portside keys add`) or accept it with server.acceptWeakKeys',
    'unsafe_default_key',
  )
}

function printable(text: string): string {
  return text.slice(0, 120).replace(/[^\x20-\x7e]/g, '?')
}
