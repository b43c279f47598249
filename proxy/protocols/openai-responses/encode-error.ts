import { type ChatError, ERROR_KINDS, type ErrorKind } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { SseEvent } from '../../chat/sse-event.ts'

type Shape = { readonly type: string; readonly code?: string; readonly status?: number }

/** How each kind is told in OpenAI's words. A status or code stands here where the kind's own would not do. */
const SHAPES: Readonly<Record<ErrorKind, Shape>> = {
  'invalid-request': { type: 'invalid_request_error' },
  'context-too-long': { type: 'invalid_request_error', code: 'context_length_exceeded' },
  'content-refused': { type: 'invalid_request_error', code: 'content_policy_violation' },
  unauthorized: { type: 'invalid_request_error', code: 'invalid_api_key' },
  forbidden: { type: 'permission_error' },
  'not-found': { type: 'invalid_request_error' },
  'model-not-found': { type: 'invalid_request_error', code: 'model_not_found' },
  'method-not-allowed': { type: 'invalid_request_error' },
  'request-timeout': { type: 'invalid_request_error' },
  'request-in-progress': { type: 'invalid_request_error', code: 'request_in_progress' },
  'key-reused': { type: 'invalid_request_error', code: 'idempotency_key_reused' },
  'too-large': { type: 'invalid_request_error' },
  'unsupported-media': { type: 'invalid_request_error' },
  cancelled: { type: 'server_error' },
  'rate-limited': { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  'quota-exhausted': { type: 'insufficient_quota', code: 'insufficient_quota' },
  'upstream-auth': { type: 'server_error', code: 'upstream_auth' },
  'account-muted': { type: 'permission_error', code: 'account_muted' },
  'check-required': { type: 'server_error', code: 'check_required' },
  overloaded: { type: 'server_error', code: 'overloaded', status: 503 },
  'upstream-unavailable': { type: 'server_error' },
  'upstream-changed': { type: 'server_error' },
  'upstream-truncated': { type: 'server_error' },
  'upstream-untrusted': { type: 'server_error' },
  'timed-out': { type: 'server_error', code: 'timeout' },
  'queue-full': { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  'no-account': { type: 'server_error' },
  'network-offline': { type: 'server_error', code: 'network_offline' },
  draining: { type: 'server_error' },
  internal: { type: 'server_error' },
}

export function encodeError(error: ChatError): { readonly status: number; readonly body: JsonObject } {
  const { type, status } = SHAPES[error.kind]
  return {
    status: status ?? error.traits.status,
    body: { error: { message: error.message, type, param: error.param ?? null, code: codeOf(error) } },
  }
}

/** The frame for an error where the upstream's own frames went before it. */
export function encodeErrorEvent(error: ChatError, requestId: string): readonly SseEvent[] {
  const response = {
    id: `resp_${requestId}`,
    object: 'response',
    created_at: 0,
    status: 'failed',
    error: encodeFailure(error),
    incomplete_details: null,
    output: [],
  }
  const type = 'response.failed'
  return [{ event: type, data: JSON.stringify({ type, sequence_number: 0, response }) }]
}

/** The `error` of a failed response. Codex reads its code, and how long to wait out of its text (seen 2026-11). */
export function encodeFailure(error: ChatError): JsonObject {
  return { code: codeOf(error) ?? 'invalid_request', message: messageOf(error) }
}

function messageOf({ message, retryAfterMs }: ChatError): string {
  if (retryAfterMs === undefined || /try again in/i.test(message)) return message
  return `${message} Please try again in ${retryAfterMs / 1000}s.`
}

/** A failure that is not the client's always has a code to tell it apart by. */
function codeOf(error: ChatError): string | null {
  const spare = ERROR_KINDS[error.kind].fault === 'client' ? null : error.kind.replaceAll('-', '_')
  return SHAPES[error.kind].code ?? error.code ?? spare
}
