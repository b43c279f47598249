import type { ClientLink } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { Session, SignInOutcome } from './api.ts'

type HttpLinkOptions = { readonly url: string; readonly onUnauthorized: () => void }
type Fetch = (path: string, init: RequestInit) => Promise<Response>

const SESSION_PATH = '/control/session'

/** Carries calls over HTTP with the session cookie, and says when the server no longer knows the session. */
export function createHttpLink(options: HttpLinkOptions): ClientLink<Record<never, never>> {
  return new RPCLink({
    url: options.url,
    fetch: async (request, init) => {
      const response = await fetch(request, { ...init, credentials: 'same-origin' })
      if (response.status === 401) options.onUnauthorized()
      return response
    },
  })
}

export function createHttpSession(fetchPath: Fetch): Session & { readonly announceSignedOut: () => void } {
  const listeners = new Set<() => void>()
  const announceSignedOut = () => {
    for (const listener of listeners) listener()
  }
  return {
    signIn: (adminKey) => openSession(fetchPath, { adminKey }),
    redeemTicket: (ticket) => openSession(fetchPath, { ticket }),
    signOut: async () => {
      await fetchPath(SESSION_PATH, { method: 'DELETE', credentials: 'same-origin' })
      announceSignedOut()
    },
    onSignedOut: (callback) => {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
    announceSignedOut,
  }
}

async function openSession(fetchPath: Fetch, proof: Record<string, string>): Promise<SignInOutcome> {
  try {
    const response = await fetchPath(SESSION_PATH, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(proof),
    })
    if (response.ok) return 'signed-in'
    return response.status === 429 ? 'too-many' : 'wrong'
  } catch {
    // Fetch rejects only where no answer came at all.
    return 'unreachable'
  }
}
