import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'

const COOKIE = 'portside_session'
const SESSION_MS = 12 * 3_600_000
const TICKET_MS = 60_000
const MOST_SESSIONS = 64
const FAILURES = 5
const FAILURE_WINDOW_MS = 60_000

/** Who is signed in to the control plane over HTTP. All secrets are random, kept as digests, and die with the process. */
export type ControlSessions = {
  /** Signs in with the admin key or a one-time ticket. Throws `unauthorized` or, after five failures a minute, `rate-limited`. */
  signIn(given: {
    readonly adminKey?: unknown
    readonly ticket?: unknown
  }): Promise<{ readonly cookie: string }>
  signOut(request: IncomingMessage): { readonly cookie: string }
  /** The request has a session cookie or the control token. */
  isSignedIn(request: IncomingMessage): boolean
  /** A ticket that signs in once within a minute, for opening a browser. */
  makeTicket(): string
  /** The bearer token of the command line on this machine. */
  readonly token: string
}

export type SessionPorts = {
  readonly clock: Clock
  readonly verifyAdminKey: (key: string) => Promise<boolean>
}

export function createControlSessions({ clock, verifyAdminKey }: SessionPorts): ControlSessions {
  const sessions = new Map<string, number>()
  const tickets = new Map<string, number>()
  let failures: number[] = []
  const token = `pc-${randomBytes(32).toString('base64url')}`

  function checkFailures(): void {
    const since = clock.monotonic() - FAILURE_WINDOW_MS
    failures = failures.filter((at) => at > since)
    if (failures.length >= FAILURES)
      throw new ChatError('rate-limited', 'Too many wrong keys; wait a minute', {
        retryAfterMs: FAILURE_WINDOW_MS,
      })
  }

  function takeTicket(ticket: string): boolean {
    const until = tickets.get(digest(ticket))
    tickets.delete(digest(ticket))
    return until !== undefined && until > clock.monotonic()
  }

  return {
    token,
    async signIn({ adminKey, ticket }) {
      checkFailures()
      const isRight =
        (typeof ticket === 'string' && takeTicket(ticket)) ||
        (typeof adminKey === 'string' && (await verifyAdminKey(adminKey)))
      if (!isRight) {
        failures.push(clock.monotonic())
        throw new ChatError('unauthorized', 'This is not the admin key of this Portside')
      }
      const secret = randomBytes(32).toString('base64url')
      if (sessions.size >= MOST_SESSIONS) sessions.delete(sessions.keys().next().value ?? '')
      sessions.set(digest(secret), clock.monotonic() + SESSION_MS)
      return { cookie: cookie(secret, SESSION_MS / 1000) }
    },
    signOut(request) {
      const secret = readCookie(request)
      if (secret !== undefined) sessions.delete(digest(secret))
      return { cookie: cookie('', 0) }
    },
    isSignedIn(request) {
      const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
      if (bearer !== undefined) return timingSafeEqual(digestBytes(bearer), digestBytes(token))
      const secret = readCookie(request)
      const until = secret === undefined ? undefined : sessions.get(digest(secret))
      return until !== undefined && until > clock.monotonic()
    },
    makeTicket() {
      const ticket = randomBytes(24).toString('base64url')
      tickets.clear()
      tickets.set(digest(ticket), clock.monotonic() + TICKET_MS)
      return ticket
    },
  }
}

function cookie(value: string, maxAgeS: number): string {
  return `${COOKIE}=${value}; Path=/control; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}`
}

function readCookie(request: IncomingMessage): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === COOKIE && value) return value
  }
  return undefined
}

/** Sessions are found by digest, so that looking one up tells nothing about the others. */
function digest(secret: string): string {
  return digestBytes(secret).toString('hex')
}

function digestBytes(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
