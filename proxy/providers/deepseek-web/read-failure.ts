import { ChatError, type ErrorDetails, type ErrorKind } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickNumber, pickObject, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import { readRetryAfter } from '../../upstream/retry-after.ts'
import { type Endpoint, TIMES, VENDOR } from './vendor.ts'

/** A failure after which a renewed token may help. */
export const TOKEN_REFUSED = 'token_refused'
/** A failure after which a new challenge may help. */
export const POW_REFUSED = 'pow_refused'

export type Reply = {
  readonly endpoint: Endpoint
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** What a reply's JSON says went wrong, and where it stands; both of its codes must be zero. */
type Envelope = {
  readonly code: number
  readonly bizCode: number
  readonly message: string
  readonly body: JsonObject
}

/** The failure that an answer tells of; undefined where it is a success. The HTTP status says little: most are 200. */
export function readFailure(reply: Reply, now: () => number): ChatError | undefined {
  if (isBrowserCheck(reply)) return browserCheck()
  const value = parseJson(reply.text.trim())
  const envelope = isJsonObject(value) ? readEnvelope(value) : undefined
  const failure = envelope && readCodes(reply.endpoint, envelope, now)
  if (failure !== undefined) return failure
  if (reply.status >= 200 && reply.status < 300) return envelope === undefined ? noJson() : undefined
  return readStatus(reply, isJsonObject(value) ? value : undefined)
}

/** The same errors inside a stream: an envelope, or an `error` object; undefined where a frame is neither. */
export function readInStreamFailure(
  endpoint: Endpoint,
  frame: JsonObject,
  now: () => number,
): ChatError | undefined {
  const envelope = readEnvelope(frame)
  const coded = envelope && readCodes(endpoint, envelope, now)
  if (coded !== undefined) return coded
  const told = frame.error === undefined ? undefined : readErrorValue(frame)
  return told && readHint(told.code ?? told.type ?? '', told.message)
}

/** The reasons that a `hint` event, or the old form's `finish_reason`, gives. */
export function readHint(reason: string, content: string): ChatError {
  const said = content === '' ? reason : content
  if (/input_exceeds_limit|too[_ ]long/i.test(reason))
    return fail('context-too-long', `The prompt is longer than this model takes: ${said}`, {
      code: 'context_length_exceeded',
    })
  if (/content_filter/i.test(reason)) return fail('content-refused', `DeepSeek refused the request: ${said}`)
  if (/rate_limit/i.test(reason)) return fail('rate-limited', `DeepSeek is limiting this account: ${said}`)
  return fail('overloaded', `DeepSeek could not answer: ${said || 'it gave no reason'}`)
}

/** The account's mute, as sign-in and `users/current` tell of it; undefined where it may speak. */
export function readMute(user: JsonObject | undefined, now: () => number): ChatError | undefined {
  const chat = pickObject(user, 'chat')
  if (chat?.is_muted !== 1 && chat?.is_muted !== true) return undefined
  return muted(muteEnd(chat), now)
}

function readEnvelope(value: JsonObject): Envelope | undefined {
  const code = pickNumber(value, 'code')
  if (code === undefined) return undefined
  const data = pickObject(value, 'data')
  const inner = pickObject(data, 'biz_data')
  // Sign-in nests a second pair of codes in its data.
  const nested = data?.biz_code === 0 || data?.biz_code === undefined ? pickNumber(inner, 'code') : undefined
  const bizCode = pickNumber(data, 'biz_code') ?? pickNumber(value, 'biz_code') ?? 0
  const message =
    pickText(data, 'biz_msg') ??
    pickText(inner, 'msg') ??
    pickText(value, 'msg') ??
    pickText(value, 'biz_msg') ??
    ''
  return { code, bizCode: bizCode !== 0 ? bizCode : (nested ?? 0), message, body: inner ?? data ?? value }
}

function readCodes(endpoint: Endpoint, envelope: Envelope, now: () => number): ChatError | undefined {
  if (envelope.code === 0 && envelope.bizCode === 0) return undefined
  if (endpoint === 'login') return readLoginCodes(envelope)
  for (const code of [envelope.code, envelope.bizCode]) {
    const common = readCommonCode(code, envelope.message)
    if (common !== undefined) return common
  }
  return readBizCode(endpoint, envelope, now)
}

/** Codes that mean the same wherever they come. */
function readCommonCode(code: number, message: string): ChatError | undefined {
  switch (code) {
    case 40001:
    case 40003:
      return tokenRefused(message)
    case 40002:
      // Projects disagree on what it means; the message decides.
      return /auth|token|login/i.test(message)
        ? tokenRefused(message)
        : fail('rate-limited', `DeepSeek is limiting this account: ${message}`)
    case 40005:
      return fail(
        'upstream-changed',
        `DeepSeek no longer takes the client version that Portside says it follows (${message}): update Portside, or set providers[].options.clientVersion to the version of today's web client`,
        { code: 'client_version_too_low' },
      )
    case 40301:
      return fail('upstream-unavailable', `DeepSeek refused the proof of work: ${message}`, {
        code: POW_REFUSED,
      })
    case 1001:
    case 1201:
      return fail('overloaded', `DeepSeek is overloaded: ${message}`)
    default:
      return undefined
  }
}

/** The business codes are counted anew at each endpoint: 5 is a mute here and an empty session there. */
function readBizCode(
  endpoint: Endpoint,
  { code, bizCode, message, body }: Envelope,
  now: () => number,
): ChatError {
  const speaks = endpoint === 'completion' || endpoint === 'continue'
  if ((speaks && bizCode === 5) || /\bmuted\b/i.test(message)) return muted(muteEnd(body), now)
  if (speaks && bizCode === 26)
    return fail('upstream-unavailable', `DeepSeek lost the place in its own conversation: ${message}`, {
      code: 'invalid_message_id',
    })
  if (/rate.?limit|too (many|frequent)/i.test(message))
    return fail('rate-limited', `DeepSeek is limiting this account: ${message}`)
  const number = bizCode === 0 ? code : bizCode
  return fail('upstream-unavailable', `DeepSeek refused (${endpoint}, code ${number}): ${message}`, {
    code: `deepseek_${number}`,
  })
}

/** Users report refusals of passwords that work on the site, so the vendor's words stand and another way is named. */
function readLoginCodes({ code, message }: Envelope): ChatError {
  if (code === 40005) return readCommonCode(code, message) ?? signInRefused(message)
  return signInRefused(message)
}

function readStatus({ status, headers }: Reply, body: JsonObject | undefined): ChatError {
  const said = (body && readErrorValue(body)?.message) || `status ${status}`
  if (status === 401 || status === 403) return tokenRefused(said)
  if (status === 422)
    return fail('upstream-changed', `DeepSeek wants a field that Portside does not send: ${said}`, {
      code: 'bad_shape',
      upstreamStatus: status,
    })
  const retryAfterMs = readRetryAfter(headers)
  const details = { upstreamStatus: status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  if (status === 429) return fail('rate-limited', `DeepSeek is limiting this account: ${said}`, details)
  if (status === 503) return fail('overloaded', `DeepSeek is overloaded: ${said}`, details)
  return fail('upstream-unavailable', `DeepSeek failed: ${said}`, details)
}

/** The firewall's page: a browser must pass it, with its owner looking on. Portside never does. */
function isBrowserCheck({ status, headers, text }: Reply): boolean {
  if (headers['x-amzn-waf-action'] !== undefined || status === 202) return true
  return /^\s*<(!doctype|html|head|body)/i.test(text) || /CloudWAF|Just a moment/i.test(text.slice(0, 2000))
}

function browserCheck(): ChatError {
  return fail(
    'check-required',
    `DeepSeek wants to see a browser: open ${new URL(VENDOR.baseUrl).host} in the sign-in window or in your browser and pass its check, then try again`,
    { code: 'browser_check' },
  )
}

function muteEnd(body: JsonObject): number | undefined {
  const told = pickNumber(body, 'mute_until') ?? pickNumber(pickObject(body, 'chat'), 'mute_until')
  if (told === undefined || told <= 0) return undefined
  // Seconds or milliseconds since 1970: seconds pass this bound in the year 5138.
  return told < 100_000_000_000 ? told * 1000 : told
}

function muted(until: number | undefined, now: () => number): ChatError {
  const retryAfterMs = until === undefined ? TIMES.mute : Math.max(1000, until - now())
  const when = until === undefined ? 'without saying until when' : `until ${new Date(until).toISOString()}`
  return fail(
    'account-muted',
    `DeepSeek muted this account ${when}; Portside leaves it alone until then and does not move the request to another account`,
    { code: 'account_muted', retryAfterMs },
  )
}

function tokenRefused(message: string): ChatError {
  return fail('upstream-auth', `DeepSeek no longer takes this account's token (${message}): sign in again`, {
    code: TOKEN_REFUSED,
  })
}

export function signInRefused(message: string): ChatError {
  return fail(
    'upstream-auth',
    `DeepSeek refused to sign in: "${message}". Sign in again in the sign-in window, or add the account with its token`,
    { code: 'sign_in_refused' },
  )
}

function noJson(): ChatError {
  return fail('upstream-changed', 'DeepSeek answered with something that is no JSON', { code: 'bad_shape' })
}

function fail(kind: ErrorKind, message: string, details: ErrorDetails = {}): ChatError {
  return new ChatError(kind, message.slice(0, LONGEST_MESSAGE), details)
}

const LONGEST_MESSAGE = 1000
