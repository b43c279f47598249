import { ChatError, type ErrorKind } from '../chat/chat-error.ts'

type Reading = { readonly kind: ErrorKind; readonly code: string; readonly text: string }

/** What the transport's error codes mean (Node 24 and undici 8, tried on 2026-11-21). */
const BY_CODE: Record<string, Reading> = {
  ENOTFOUND: { kind: 'upstream-unavailable', code: 'dns', text: 'its name could not be resolved' },
  // No name server answers: that is this machine's network, not the name.
  EAI_AGAIN: {
    kind: 'upstream-unavailable',
    code: 'network',
    text: 'its name could not be resolved just now',
  },
  ECONNREFUSED: { kind: 'upstream-unavailable', code: 'connect_refused', text: 'it refused the connection' },
  UND_ERR_CONNECT_TIMEOUT: { kind: 'timed-out', code: 'connect_timeout', text: 'connecting took too long' },
  ETIMEDOUT: { kind: 'timed-out', code: 'connect_timeout', text: 'the connection timed out' },
  ENETDOWN: { kind: 'upstream-unavailable', code: 'network', text: 'the network is down' },
  ENETUNREACH: { kind: 'upstream-unavailable', code: 'network', text: 'the network is unreachable' },
  EHOSTUNREACH: { kind: 'upstream-unavailable', code: 'network', text: 'the host is unreachable' },
  ECONNRESET: { kind: 'upstream-unavailable', code: 'reset', text: 'it reset the connection' },
  EPIPE: { kind: 'upstream-unavailable', code: 'reset', text: 'it closed the connection' },
  UND_ERR_SOCKET: { kind: 'upstream-unavailable', code: 'closed', text: 'it closed the connection early' },
  UND_ERR_HEADERS_OVERFLOW: { kind: 'upstream-changed', code: 'protocol', text: 'its headers are too large' },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    kind: 'upstream-changed',
    code: 'protocol',
    text: 'its answer has the wrong length',
  },
  PORTSIDE_REFUSED_ADDRESS: {
    kind: 'upstream-untrusted',
    code: 'refused_address',
    text: 'its address is refused',
  },
}

/** Reads an error of the transport as a `ChatError`; the signal's own reason and other `ChatError`s pass as they are. */
export function readNetworkError(error: unknown, host: string): ChatError {
  if (error instanceof ChatError) return error
  const found = findCode(error)
  const reading = BY_CODE[found] ?? readFamily(found)
  const detail = found === 'PORTSIDE_REFUSED_ADDRESS' && error instanceof Error ? `: ${error.message}` : ''
  return new ChatError(reading.kind, `The upstream ${host} could not be used: ${reading.text}${detail}`, {
    code: reading.code,
    cause: error,
  })
}

function readFamily(code: string): Reading {
  if (code.startsWith('HPE_'))
    return { kind: 'upstream-changed', code: 'protocol', text: 'it does not speak HTTP' }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code))
    return { kind: 'upstream-untrusted', code: 'tls', text: `its certificate is not valid (${code})` }
  return {
    kind: 'upstream-unavailable',
    code: 'connection',
    text: code === '' ? 'the connection failed' : code,
  }
}

/** The first error code along the chain of causes. An aggregate (several addresses tried) gives its first member's. */
function findCode(error: unknown): string {
  let current: unknown = error
  for (let steps = 0; steps < 5 && current instanceof Error; steps++) {
    const code = 'code' in current ? current.code : undefined
    if (typeof code === 'string') return code
    // undici's parser errors carry their code only at times; the name is always there.
    if (current.name === 'HTTPParserError') return 'HPE_INVALID'
    current = current instanceof AggregateError ? current.errors[0] : current.cause
  }
  return ''
}
