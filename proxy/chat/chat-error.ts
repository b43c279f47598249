import type { JsonValue } from './json.ts'

/**
 * Every way a request can fail, in one table. `fault` says whose it is; `retry` whether another attempt before the
 * first byte may help (`other-account`: only with another account); `status` is the HTTP status where the protocol has
 * no better one. Protocols translate the kind, never the text.
 */
export const ERROR_KINDS = {
  'invalid-request': { fault: 'client', retry: 'never', status: 400 },
  'context-too-long': { fault: 'client', retry: 'never', status: 400 },
  'content-refused': { fault: 'client', retry: 'never', status: 400 },
  unauthorized: { fault: 'client', retry: 'never', status: 401 },
  forbidden: { fault: 'client', retry: 'never', status: 403 },
  'not-found': { fault: 'client', retry: 'never', status: 404 },
  'model-not-found': { fault: 'client', retry: 'other-account', status: 404 },
  'method-not-allowed': { fault: 'client', retry: 'never', status: 405 },
  'request-timeout': { fault: 'client', retry: 'never', status: 408 },
  'request-in-progress': { fault: 'client', retry: 'never', status: 409 },
  'key-reused': { fault: 'client', retry: 'never', status: 422 },
  'too-large': { fault: 'client', retry: 'never', status: 413 },
  'unsupported-media': { fault: 'client', retry: 'never', status: 415 },
  cancelled: { fault: 'client', retry: 'never', status: 499 },
  'rate-limited': { fault: 'account', retry: 'other-account', status: 429 },
  'quota-exhausted': { fault: 'account', retry: 'other-account', status: 402 },
  'upstream-auth': { fault: 'account', retry: 'other-account', status: 502 },
  'account-muted': { fault: 'account', retry: 'never', status: 403 },
  'check-required': { fault: 'account', retry: 'never', status: 503 },
  overloaded: { fault: 'upstream', retry: 'any-account', status: 529 },
  'upstream-unavailable': { fault: 'upstream', retry: 'any-account', status: 502 },
  'upstream-changed': { fault: 'upstream', retry: 'any-account', status: 502 },
  'upstream-truncated': { fault: 'upstream', retry: 'any-account', status: 502 },
  'upstream-untrusted': { fault: 'upstream', retry: 'never', status: 502 },
  'timed-out': { fault: 'upstream', retry: 'any-account', status: 504 },
  'queue-full': { fault: 'us', retry: 'never', status: 429 },
  'no-account': { fault: 'us', retry: 'never', status: 503 },
  'network-offline': { fault: 'us', retry: 'never', status: 503 },
  draining: { fault: 'us', retry: 'never', status: 503 },
  internal: { fault: 'us', retry: 'never', status: 500 },
} as const satisfies Record<string, ErrorTraits>

export type ErrorKind = keyof typeof ERROR_KINDS

export type ErrorTraits = {
  readonly fault: 'client' | 'account' | 'upstream' | 'us'
  readonly retry: 'never' | 'other-account' | 'any-account'
  readonly status: number
}

export type ErrorDetails = {
  /** The machine-readable code, the upstream's own where it gave one (`context_length_exceeded`). */
  readonly code?: string
  /** The field of the request that is at fault, such as `messages[0].role`. */
  readonly param?: string
  /** Where the failed attempt spoke to an upstream: its HTTP status. */
  readonly upstreamStatus?: number
  /** How long to wait before another request, in milliseconds. */
  readonly retryAfterMs?: number
  /** Extra fields of the error object that clients act on (Anthropic's `details`). */
  readonly details?: JsonValue
  readonly cause?: unknown
}

/** The one error that crosses rooms. Its message names the thing and the next step, and never holds a secret. */
export class ChatError extends Error {
  readonly kind: ErrorKind
  readonly code: string | undefined
  readonly param: string | undefined
  readonly upstreamStatus: number | undefined
  readonly retryAfterMs: number | undefined
  readonly details: JsonValue | undefined

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ChatError'
    this.kind = kind
    this.code = details.code
    this.param = details.param
    this.upstreamStatus = details.upstreamStatus
    this.retryAfterMs = details.retryAfterMs
    this.details = details.details
  }

  get traits(): ErrorTraits {
    return ERROR_KINDS[this.kind]
  }
}

/** The answer as a whole took too long, whatever came of it meanwhile. */
export function tookTooLong(): ChatError {
  return new ChatError('timed-out', 'The answer took longer than Portside allows', { code: 'total_timeout' })
}

/** Makes a `ChatError` of anything that was thrown: a stranger becomes `internal` and keeps its cause. */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown
  return new ChatError('internal', 'Portside failed on this request; its log has the cause', {
    cause: thrown,
  })
}
