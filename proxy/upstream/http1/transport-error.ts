/**
 * What went wrong on the wire, under the codes that undici and its parser use: calls through a proxy fail with these
 * too, so that `network-error.ts` reads both alike.
 */
const TEXTS = {
  HPE_INVALID: 'The answer breaks the rules of HTTP',
  UND_ERR_HEADERS_OVERFLOW: "The answer's headers are too large",
  UND_ERR_SOCKET: 'The upstream closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'Connecting took too long',
  UND_ERR_DESTROYED: 'The way out was closed',
} as const

/** `detail` says which rule was broken; it must hold nothing that the upstream sent. */
export function transportError(code: keyof typeof TEXTS, detail?: string): NodeJS.ErrnoException {
  const text = TEXTS[code]
  return Object.assign(new Error(detail === undefined ? text : `${text}: ${detail}`), { code })
}
