import type { ChatError, ErrorKind } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'

/** How each kind is told in Google's words. */
const STATUSES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'INVALID_ARGUMENT',
  'context-too-long': 'INVALID_ARGUMENT',
  'content-refused': 'INVALID_ARGUMENT',
  unauthorized: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  'model-not-found': 'NOT_FOUND',
  'method-not-allowed': 'INVALID_ARGUMENT',
  'request-timeout': 'DEADLINE_EXCEEDED',
  'request-in-progress': 'ABORTED',
  'key-reused': 'INVALID_ARGUMENT',
  'too-large': 'INVALID_ARGUMENT',
  'unsupported-media': 'INVALID_ARGUMENT',
  cancelled: 'CANCELLED',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  'quota-exhausted': 'RESOURCE_EXHAUSTED',
  'upstream-auth': 'INTERNAL',
  'account-muted': 'PERMISSION_DENIED',
  'check-required': 'UNAVAILABLE',
  overloaded: 'UNAVAILABLE',
  'upstream-unavailable': 'INTERNAL',
  'upstream-changed': 'INTERNAL',
  'upstream-truncated': 'INTERNAL',
  'upstream-untrusted': 'INTERNAL',
  'timed-out': 'DEADLINE_EXCEEDED',
  'queue-full': 'RESOURCE_EXHAUSTED',
  'no-account': 'UNAVAILABLE',
  'network-offline': 'UNAVAILABLE',
  draining: 'UNAVAILABLE',
  internal: 'INTERNAL',
}

export function encodeError(error: ChatError): { readonly status: number; readonly body: JsonObject } {
  const status = error.kind === 'overloaded' ? 503 : error.traits.status
  const details = [...retryInfo(error), ...badRequest(error)]
  const told = { code: status, message: error.message, status: STATUSES[error.kind] }
  return { status, body: { error: details.length === 0 ? told : { ...told, details } } }
}

function retryInfo({ retryAfterMs }: ChatError): readonly JsonObject[] {
  if (retryAfterMs === undefined) return []
  return [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterMs / 1000}s` }]
}

function badRequest({ param, message }: ChatError): readonly JsonObject[] {
  if (param === undefined) return []
  const fieldViolations = [{ field: param, description: message }]
  return [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }]
}
