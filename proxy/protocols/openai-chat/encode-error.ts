import { type ChatError, ERROR_KINDS, type ErrorKind } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'

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
  return {
    status: SHAPES[error.kind].status ?? error.traits.status,
    body: { error: encodeErrorObject(error) },
  }
}

export function encodeErrorObject(error: ChatError): JsonObject {
  const { type, code } = SHAPES[error.kind]
  return {
    message: error.message,
    type,
    param: error.param ?? null,
    code: code ?? error.code ?? spareCode(error.kind),
  }
}

/** A failure that is not the client's always has a code to tell it apart by. */
function spareCode(kind: ErrorKind): string | null {
  return ERROR_KINDS[kind].fault === 'client' ? null : kind.replaceAll('-', '_')
}
