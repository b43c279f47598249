import type { PoolAccount } from '../pool/account-pool.ts'
import type { WireProvider } from '../providers/provider.ts'

const AUTH_HEADERS = new Set(['authorization', 'x-api-key', 'x-goog-api-key'])

type Headers = Readonly<Record<string, string>>

export type HeadersWish = {
  readonly account: PoolAccount
  /** What of the client's own headers goes on. */
  readonly passed: Headers
  readonly isStreamed: boolean
}

/** The last headers that were written for an account, with what they were made of. */
type Kept = { readonly provider: WireProvider; readonly credential: string; readonly headers: Headers }
const keptWhole = new WeakMap<PoolAccount, Kept>()
const keptStreamed = new WeakMap<PoolAccount, Kept>()

/**
 * The headers of a request to an upstream: what authenticates, the client's, the settings', and last what Portside says
 * itself. Names are in lower case. Where nothing of the client's is among them they are the same frozen object again, so
 * that whoever writes them down needs to do it once.
 */
export function upstreamHeaders(provider: WireProvider, wish: HeadersWish): Headers {
  for (const _name in wish.passed) return makeHeaders(provider, wish)
  const { account, isStreamed } = wish
  const kept = isStreamed ? keptStreamed : keptWhole
  const known = kept.get(account)
  if (known?.provider === provider && known.credential === account.credential) return known.headers
  const headers = Object.freeze(makeHeaders(provider, wish))
  kept.set(account, { provider, credential: account.credential, headers })
  return headers
}

function makeHeaders(
  provider: WireProvider,
  { account, passed, isStreamed }: HeadersWish,
): Record<string, string> {
  const headers = authHeaders(provider, account.credential)
  for (const name in passed) headers[name] = passed[name] ?? ''
  for (const name in provider.headers) headers[name] = provider.headers[name] ?? ''
  headers['content-type'] = 'application/json'
  headers.accept = isStreamed ? 'text/event-stream' : 'application/json'
  headers['accept-encoding'] = 'identity'
  headers['user-agent'] = 'portside'
  return headers
}

/** What authenticates at a provider. A local server without a key gets no empty key. */
function authHeaders(provider: WireProvider, credential: string): Record<string, string> {
  const headers = provider.codec.headers(credential)
  if (credential !== '') return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !AUTH_HEADERS.has(name)))
}
