import type { ChatError } from '../chat/chat-error.ts'
import type { RelayRequest } from './relay-ports.ts'

/** Answers with a plain HTTP error in the client's protocol; nothing has been sent yet. */
export function answerError(
  request: RelayRequest,
  error: ChatError,
  attempts: number,
  retryAfterMaxMs: number,
): void {
  if (error.kind === 'cancelled') return request.client.destroy()
  const { status, body } = request.protocol.encodeError(error, request.requestId)
  const bytes = Buffer.from(JSON.stringify(body))
  const head = {
    'content-type': 'application/json',
    ...retryHeaders(error, attempts, retryAfterMaxMs),
    ...(attempts === 0 ? {} : { 'x-portside-attempts': String(attempts) }),
  }
  request.client.sendWhole(status, head, [bytes])
  request.row.update({ status, responseBytes: bytes.length })
}

/**
 * Both official SDKs retry by themselves and obey these headers: after our attempts are spent another round would only
 * multiply them (REL-08), and `Retry-After` is a whole number of seconds that nobody can mistake (REL-07).
 */
export function retryHeaders(
  error: ChatError,
  attempts: number,
  retryAfterMaxMs: number,
): Record<string, string> {
  const { fault } = error.traits
  if (fault === 'client') return {}
  const isRefusal = isWorthWaiting(error, attempts, retryAfterMaxMs)
  const wait =
    error.retryAfterMs === undefined
      ? undefined
      : Math.ceil(Math.min(error.retryAfterMs, retryAfterMaxMs) / 1000)
  return {
    'x-should-retry': isRefusal ? 'true' : 'false',
    ...(wait === undefined ? {} : { 'retry-after': String(Math.max(1, wait)) }),
  }
}

/** Limits of a minute are over within a minute and a second. */
const SLACK_MS = 1000

/** Refused before any attempt, and soon over; an attempt that never left this machine is none. */
function isWorthWaiting(error: ChatError, attempts: number, retryAfterMaxMs: number): boolean {
  if (error.kind === 'network-offline') return true
  if (attempts > 0) return false
  if (error.kind === 'queue-full' || error.kind === 'draining') return true
  return error.code === 'local_key_limit' && (error.retryAfterMs ?? 0) <= retryAfterMaxMs + SLACK_MS
}
