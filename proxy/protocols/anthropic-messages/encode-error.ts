import type { ChatError, ErrorKind } from '../../chat/chat-error.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'

/** How each kind is told in Anthropic's words. */
const TYPES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  'context-too-long': 'invalid_request_error',
  'content-refused': 'invalid_request_error',
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  'model-not-found': 'not_found_error',
  'method-not-allowed': 'invalid_request_error',
  'request-timeout': 'timeout_error',
  'request-in-progress': 'invalid_request_error',
  'key-reused': 'invalid_request_error',
  'too-large': 'request_too_large',
  'unsupported-media': 'invalid_request_error',
  cancelled: 'api_error',
  'rate-limited': 'rate_limit_error',
  'quota-exhausted': 'billing_error',
  'upstream-auth': 'api_error',
  'account-muted': 'permission_error',
  'check-required': 'api_error',
  overloaded: 'overloaded_error',
  'upstream-unavailable': 'api_error',
  'upstream-changed': 'api_error',
  'upstream-truncated': 'api_error',
  'upstream-untrusted': 'api_error',
  'timed-out': 'timeout_error',
  'queue-full': 'rate_limit_error',
  'no-account': 'overloaded_error',
  'network-offline': 'overloaded_error',
  draining: 'overloaded_error',
  internal: 'api_error',
}

export function encodeError(
  error: ChatError,
  requestId: string,
): { readonly status: number; readonly body: JsonObject } {
  const told = dropAbsent({ type: TYPES[error.kind], message: messageOf(error), details: error.details })
  return { status: error.traits.status, body: { type: 'error', error: told, request_id: requestId } }
}

/** Claude Code compacts a conversation when it reads these words (seen 2026-11). */
function messageOf({ kind, message }: ChatError): string {
  if (kind !== 'context-too-long' || /prompt is too long/i.test(message)) return message
  return `prompt is too long: ${message}`
}
