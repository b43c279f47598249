import { ChatError, type ErrorDetails, type ErrorKind } from '../../chat/chat-error.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickNumber, pickText } from '../../chat/pick-fields.ts'
import { VENDOR } from './vendor.ts'

/** What is known of a failure, whoever tells it: the command line, the SDK, the public API. */
export type Told = {
  readonly message: string
  readonly status?: number | undefined
  /** The class of the SDK's error, or the API's code. */
  readonly name?: string | undefined
  readonly retryAfterMs?: number | undefined
}

export const NOT_INSTALLED = 'not_installed'
const LONGEST_MESSAGE = 600

type Rule = {
  readonly kind: ErrorKind
  readonly statuses: readonly number[]
  readonly words: RegExp
  readonly code?: string
  say(message: string): string
}

/** The first rule that fits decides: a status or an error's class before the words of its message. */
const RULES: readonly Rule[] = [
  {
    kind: 'upstream-auth',
    statuses: [401, 403],
    words:
      /authentication ?(error|required|failed)|unauthori[sz]ed|unauthenticated|not logged in|api[ _-]?key.{0,40}(invalid|not valid|expired|revoked)|invalid.{0,20}api[ _-]?key/i,
    code: 'key_refused',
    say: (message) =>
      `Cursor refused this account's key (${message}): make a new one at ${VENDOR.keyPage} and give it to Portside`,
  },
  {
    kind: 'quota-exhausted',
    statuses: [402],
    words: /usage limit|spend(ing)? limit|out of usage|upgrade (to|your)|quota|insufficient (funds|credit)/i,
    say: (message) => `The Cursor plan of this account is used up: ${message}`,
  },
  {
    kind: 'rate-limited',
    statuses: [429],
    words: /rate ?limit|too many requests|resource[ _]?exhausted/i,
    say: (message) => `Cursor is limiting this account: ${message}`,
  },
  {
    kind: 'overloaded',
    statuses: [409],
    words: /agent ?busy|agent_busy/i,
    code: 'agent_busy',
    say: (message) => `Cursor is still busy with another run: ${message}`,
  },
  {
    kind: 'context-too-long',
    statuses: [413],
    words: /context (length|window|size)|(prompt|input) is too long|too many (input )?tokens/i,
    code: 'context_length_exceeded',
    say: (message) => `The prompt is longer than this model takes: ${message}`,
  },
  {
    kind: 'model-not-found',
    statuses: [404],
    words: /cannot use this model|(unknown|invalid|unsupported) model|model .{0,60}not (found|available)/i,
    code: 'model_not_found',
    say: (message) => `Cursor has no such model for this account: ${message}`,
  },
  {
    kind: 'invalid-request',
    statuses: [400, 422],
    words: /configuration ?error|invalid (argument|payload|request)/i,
    say: (message) => `Cursor did not take the request: ${message}`,
  },
  {
    kind: 'upstream-unavailable',
    statuses: [],
    words:
      /network ?error|fetch failed|socket hang up|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|connection (lost|failed|reset)/i,
    code: 'cursor_network',
    say: (message) => `Cursor lost its connection: ${message}`,
  },
]

/** The error that a failure stands for. */
export function readFailure({ message, status, name = '', retryAfterMs }: Told): ChatError {
  const said = tidy(message) || (status === undefined ? 'it gave no reason' : `status ${status}`)
  const rule =
    RULES.find(({ statuses }) => status !== undefined && statuses.includes(status)) ??
    RULES.find(({ words }) => words.test(name)) ??
    RULES.find(({ words }) => words.test(said))
  const wait = retryAfterMs ?? readWait(said)
  const details: ErrorDetails = {
    ...(rule?.code === undefined ? {} : { code: rule.code }),
    ...(status === undefined ? {} : { upstreamStatus: status }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  }
  if (rule === undefined) return new ChatError('upstream-unavailable', `Cursor failed: ${said}`, details)
  return new ChatError(rule.kind, rule.say(said), details)
}

/** The same for what the SDK throws: its errors name their class, and some a status and a time to wait. */
export function readThrown(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown
  const error = isJsonObject(thrown) ? thrown : undefined
  const status = pickNumber(error, 'status') ?? pickNumber(error, 'statusCode')
  const seconds = pickNumber(error, 'retryAfter')
  return readFailure({
    message: pickText(error, 'message') ?? String(thrown),
    name: pickText(error, 'name') ?? pickText(error, 'code'),
    status,
    retryAfterMs: pickNumber(error, 'retryAfterMs') ?? (seconds === undefined ? undefined : seconds * 1000),
  })
}

/** States in which a run ends without an answer. */
export function readStatus(status: string, message: string): ChatError | undefined {
  const said = tidy(message)
  const why = said === '' ? '' : `: ${said}`
  switch (status.toUpperCase()) {
    case 'ERROR':
      return readFailure({ message: said || 'the run ended in an error' })
    case 'EXPIRED':
      return new ChatError('upstream-unavailable', `Cursor let the run expire${why}`, { code: 'run_expired' })
    case 'CANCELLED':
      return new ChatError('upstream-unavailable', `Cursor cancelled the run${why}`, {
        code: 'run_cancelled',
      })
    default:
      return undefined
  }
}

export function brokeOff(how: string): ChatError {
  return new ChatError('upstream-truncated', `Cursor broke off before the end of its answer (${how})`)
}

function readWait(message: string): number | undefined {
  const [, number, unit = 's'] =
    /(?:retry|try again)(?: again)? (?:after|in) (\d{1,6}) ?(ms|s|m)?/i.exec(message) ?? []
  if (number === undefined) return undefined
  return Number(number) * ({ ms: 1, s: 1000, m: 60_000 }[unit.toLowerCase()] ?? 1000)
}

/** One line, without the colours of a terminal, and without the list of all models that some refusals add. */
function tidy(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what begins a colour.
      .replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, '')
      .replaceAll(/\s+/g, ' ')
      .replace(/ Available models:.*$/i, '')
      .trim()
      .slice(0, LONGEST_MESSAGE)
  )
}
