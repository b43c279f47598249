import type { WireProvider } from '../providers/provider.ts'

const AUTH_HEADERS = new Set(['authorization', 'x-api-key', 'x-goog-api-key'])

/** What authenticates at a provider. A local server without a key gets no empty key. */
export function authHeaders(provider: WireProvider, credential: string): Record<string, string> {
  const headers = provider.codec.headers(credential)
  if (credential !== '') return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !AUTH_HEADERS.has(name)))
}
