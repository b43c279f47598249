import { ANSWER, FIRST_HALF, THOUGHT } from '../simulators/cursor/scenarios.ts'

/** What a client gets of one scenario, told without its protocol. */
export type Outcome = {
  readonly text?: string
  readonly thinking?: string
  readonly finish?: 'stop'
  /** In the place of an answer: the status that a client of OpenAI's APIs sees (Anthropic has its own for an overload), and words of the message. */
  readonly error?: { readonly status: number; readonly says: RegExp; readonly isOverload?: true }
  /** The stream breaks off behind this text, with words of the message; a whole answer has the status instead. */
  readonly brokenAfter?: { readonly text: string; readonly status: number; readonly says: RegExp }
  /** What becomes of the account. */
  readonly health?: 'needs-sign-in' | 'cooling' | 'quota'
  /** Only the command line can do so. */
  readonly isCliOnly?: true
}

const answer: Outcome = { text: ANSWER, finish: 'stop' }
const broken = (says: RegExp, status = 502): Outcome => ({
  brokenAfter: { text: FIRST_HALF, status, says },
})
const refused = (status: number, says: RegExp, more: Omit<Outcome, 'error'> = {}): Outcome => ({
  error: { status, says },
  ...more,
})
const LIMITED = /limiting this account.*30 s/

/** One row for every scenario of the simulator; a test sees to it that none is missing. */
export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  plain: answer,
  thinking: { ...answer, thinking: THOUGHT },
  'one-message': answer,
  'untimed-pieces': answer,
  cumulative: answer,
  'cumulative-thinking': { ...answer, thinking: THOUGHT },
  'result-only': answer,
  'result-has-more': answer,
  'usage-event': answer,
  'finish-without-usage': answer,
  'unknown-events': answer,
  'noise-between-lines': answer,
  'tool-denied': answer,
  'tool-not-allowed': broken(/its own tool "shellToolCall".*ended the run/),
  'status-error': broken(/Cursor failed: the model gave up/),
  'status-expired': refused(502, /let the run expire/),
  'status-cancelled': broken(/cancelled the run: somebody else/),
  'error-event': broken(/Cursor failed: tool input error/),
  'error-result': { ...refused(502, /Internal error 17/), isCliOnly: true },
  'error-result-after-text': { ...broken(/Internal error 17/), isCliOnly: true },
  'agent-busy': { error: { status: 503, says: /still busy/, isOverload: true } },
  'key-refused': refused(502, /refused this account's key.*new one at https:\/\/cursor\.com/, {
    health: 'needs-sign-in',
  }),
  'rate-limited': refused(429, LIMITED, { health: 'cooling' }),
  'rate-limited-after-text': { ...broken(LIMITED, 429), health: 'cooling' },
  'usage-limit': refused(402, /plan of this account is used up/, { health: 'quota' }),
  'model-refused': refused(404, /no such model for this account: Cannot use this model: nothing\.$/),
  'configuration-error': refused(400, /did not take the request/),
  'too-long': refused(400, /longer than this model takes/),
  'network-error': refused(502, /lost its connection/),
  'network-error-after-text': broken(/lost its connection/),
  'unknown-failure': refused(502, /Workspace Trust Required/),
  'stop-without-end': broken(/broke off before the end/),
  'stop-with-code': broken(/broke off before the end/),
  'stop-at-once': refused(502, /broke off before the end/),
  'cut-line': broken(/broke off before the end/),
  'bad-line': { ...broken(/no whole JSON/), isCliOnly: true },
  blank: refused(502, /without an answer/),
}

/** Scenarios whose point is time; each has a test of its own. */
export const ELSEWHERE: ReadonlySet<string> = new Set(['slow', 'hang', 'hang-deaf'])
