import { ChatError, type ErrorKind } from './chat-error.ts'
import { lookUp } from './look-up.ts'
import type { ErrorEnvelope } from './read-error-envelope.ts'

const LIMITED_BY_MONEY = /quota|billing|insufficient|balance|credit|spend(ing)? limit|payment/i
const TOO_LONG =
  /prompt is too long|maximum context length|context (length|window|size)|too many (input )?tokens|input is too long|exceeds? the (model'?s )?(maximum )?context/i
const REFUSED = /content[ _-]?(policy|filter|management)|safety (system|policy)|responsible ?ai/i

/** Words that upstreams use as `code` or `type`, and what each means. Looked up before the status. */
const BY_WORD: Readonly<Record<string, ErrorKind>> = {
  context_length_exceeded: 'context-too-long',
  string_above_max_length: 'context-too-long',
  request_too_large: 'too-large',
  content_filter: 'content-refused',
  content_policy_violation: 'content-refused',
  responsibleaipolicyviolation: 'content-refused',
  data_inspection_failed: 'content-refused',
  insufficient_quota: 'quota-exhausted',
  billing_error: 'quota-exhausted',
  billing_hard_limit_reached: 'quota-exhausted',
  billing_not_active: 'quota-exhausted',
  insufficient_balance: 'quota-exhausted',
  rate_limit_exceeded: 'rate-limited',
  rate_limit_error: 'rate-limited',
  too_many_requests: 'rate-limited',
  resource_exhausted: 'rate-limited',
  throttling: 'rate-limited',
  overloaded_error: 'overloaded',
  overloaded: 'overloaded',
  engine_overloaded_error: 'overloaded',
  server_overloaded: 'overloaded',
  unavailable: 'overloaded',
  authentication_error: 'upstream-auth',
  permission_error: 'upstream-auth',
  invalid_api_key: 'upstream-auth',
  unauthenticated: 'upstream-auth',
  permission_denied: 'upstream-auth',
  model_not_found: 'model-not-found',
  not_found_error: 'model-not-found',
  timeout_error: 'timed-out',
  timeout: 'timed-out',
  deadline_exceeded: 'timed-out',
  server_error: 'upstream-unavailable',
  internal_server_error: 'upstream-unavailable',
  api_error: 'upstream-unavailable',
  invalid_request_error: 'invalid-request',
  invalid_argument: 'invalid-request',
}

/** Makes the error of an upstream's refusal: `status` is the HTTP status, or undefined where it came inside a 200. */
export function upstreamError(envelope: ErrorEnvelope, status?: number): ChatError {
  const kind = errorKind(envelope, status)
  return new ChatError(kind, errorMessage(kind, envelope, status), {
    ...(envelope.code === undefined ? {} : { code: envelope.code }),
    ...(envelope.param === undefined ? {} : { param: envelope.param }),
    ...(status === undefined ? {} : { upstreamStatus: status }),
    ...(envelope.details === undefined ? {} : { details: envelope.details }),
  })
}

function errorKind(envelope: ErrorEnvelope, status: number | undefined): ErrorKind {
  const told =
    lookUp(BY_WORD, envelope.code?.toLowerCase() ?? '') ?? lookUp(BY_WORD, envelope.type?.toLowerCase() ?? '')
  const shown = status !== undefined && status >= 300 ? status : envelope.status
  const kind = shown === undefined ? (told ?? 'upstream-unavailable') : byStatus(shown, told, envelope)
  return refine(kind, envelope)
}

/** What a status means where the words say nothing finer. */
const BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  401: 'upstream-auth',
  402: 'quota-exhausted',
  403: 'upstream-auth',
  404: 'upstream-changed',
  408: 'timed-out',
  409: 'upstream-unavailable',
  413: 'too-large',
  425: 'upstream-unavailable',
  429: 'rate-limited',
  451: 'content-refused',
  504: 'timed-out',
  522: 'timed-out',
  524: 'timed-out',
  529: 'overloaded',
}

/** Statuses whose meaning words may make finer, and into what. Elsewhere such a status stands. */
const FINER: Readonly<Record<number, readonly ErrorKind[]>> = {
  401: [],
  402: [],
  403: ['quota-exhausted', 'content-refused'],
  404: ['model-not-found'],
  408: [],
  413: ['context-too-long'],
  429: ['quota-exhausted'],
  451: [],
  504: [],
  522: [],
  524: [],
  529: [],
}

const FINER_THAN_5XX: readonly ErrorKind[] = ['overloaded', 'rate-limited', 'timed-out']

function byStatus(status: number, told: ErrorKind | undefined, { message }: ErrorEnvelope): ErrorKind {
  if (status === 404 && /model|deployment/i.test(message)) return 'model-not-found'
  const finer = FINER[status] ?? (status >= 500 ? FINER_THAN_5XX : undefined)
  if (told !== undefined && (finer === undefined || finer.includes(told)) && status >= 400) return told
  return BY_STATUS[status] ?? kindOfClass(status)
}

function kindOfClass(status: number): ErrorKind {
  if (status < 400) return 'upstream-changed'
  return status < 500 ? 'invalid-request' : 'upstream-unavailable'
}

/** Some kinds have no code of their own upstream, only words in the message (Anthropic's "prompt is too long"). */
function refine(kind: ErrorKind, { message }: ErrorEnvelope): ErrorKind {
  if (
    kind === 'rate-limited' &&
    LIMITED_BY_MONEY.test(message) &&
    !/per (minute|hour|day)|retry/i.test(message)
  )
    return 'quota-exhausted'
  if (kind === 'invalid-request' && TOO_LONG.test(message)) return 'context-too-long'
  if (kind === 'invalid-request' && /credit balance|billing/i.test(message)) return 'quota-exhausted'
  if (kind === 'invalid-request' && REFUSED.test(message)) return 'content-refused'
  return kind
}

function errorMessage(kind: ErrorKind, envelope: ErrorEnvelope, status: number | undefined): string {
  const said =
    envelope.message === ''
      ? `it answered with status ${status ?? envelope.status ?? 'unknown'} and no message`
      : envelope.message
  switch (kind) {
    case 'upstream-auth':
      return `The upstream refused the account's credential: ${said}`
    case 'upstream-changed':
      return `The upstream has nothing at this address; check its base URL: ${said}`
    case 'invalid-request':
    case 'context-too-long':
    case 'content-refused':
    case 'too-large':
      return envelope.message === '' ? `The upstream refused the request: ${said}` : said
    default:
      return `The upstream failed: ${said}`
  }
}
