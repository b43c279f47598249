import type { ChatError } from '../chat/chat-error.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { retryHeaders } from '../relay/answer-error.ts'
import type { Exchange } from './exchange.ts'
import { corsHeaders, Denial } from './guard.ts'

export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** Answers a request that never got to an upstream: one error in the client's protocol, the row closed. */
export function answerFailure(
  exchange: Exchange,
  error: ChatError,
  protocol: Protocol,
  retryAfterMaxMs: number,
): void {
  const { response, requestId } = exchange
  const { status, body } = protocol.encodeError(error, requestId)
  const text = JSON.stringify(body)
  if (error.kind === 'cancelled') response.destroy()
  else if (!response.headersSent && !response.destroyed) {
    response.writeHead(status, {
      ...COMMON_HEADERS,
      ...errorCors(exchange, error),
      'content-type': 'application/json',
      'x-request-id': requestId,
      ...retryHeaders(error, 0, retryAfterMaxMs),
      // What follows on this connection may be the rest of a refused body: it is never read as a request (SEC-17).
      connection: 'close',
    })
    response.end(text, () => stopReading(exchange))
  }
  exchange.row?.close({
    state: error.kind === 'cancelled' ? 'cancelled' : 'failed',
    status: error.kind === 'cancelled' ? 499 : status,
    errorKind: error.kind,
    errorMessage: error.message,
    denyReason: error instanceof Denial ? error.reason : null,
    responseBytes: Buffer.byteLength(text),
  })
}

/** A page that may call may also read its error; a page that may not learns nothing. */
function errorCors({ request, facts }: Exchange, error: ChatError) {
  const isShut = error instanceof Denial && SHUT.has(error.reason)
  return isShut || request.headers.origin === undefined ? undefined : corsHeaders(request, facts)
}

const SHUT: ReadonlySet<string> = new Set([
  'host',
  'malformed',
  'origin',
  'fetch-site',
  'preflight',
  'control',
])

const LINGER_MS = 500
const LINGER_BYTES = 1_048_576

/** Gives the client a moment to read the answer before its unread body is thrown away with the connection (REL-26). */
function stopReading({ request }: Exchange): void {
  if (request.complete) return
  const { socket } = request
  let left = LINGER_BYTES
  request.on('data', (chunk: Uint8Array) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
