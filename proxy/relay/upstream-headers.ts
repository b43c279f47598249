import type { WireProvider } from '../providers/provider.ts'

const AUTH_HEADERS = new Set(['authorization', 'x-api-key', 'x-goog-api-key'])

export type HeadersWish = {
  readonly credential: string
  /** What of the client's own headers goes on. */
  readonly passed: Readonly<Record<string, string>>
  readonly isStreamed: boolean
}

/**
 * The headers of a request to an upstream: what authenticates, the client's, the settings', and last what Portside says
 * itself. Names are in lower case.
 */
export function upstreamHeaders(
  provider: WireProvider,
  { credential, passed, isStreamed }: HeadersWish,
): Record<string, string> {
  const headers = authHeaders(provider, credential)
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
