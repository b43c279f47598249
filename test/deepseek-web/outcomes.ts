import { PAGES } from '../simulators/deepseek-web/scenarios-search.ts'
import { ANSWER, FIRST_HALF, SECOND_HALF, THOUGHT } from '../simulators/deepseek-web/texts.ts'

/** What a client gets of one scenario, told without its protocol. */
export type Outcome = {
  /** The model that is asked for; `deepseek-chat` where nothing is said. */
  readonly model?: string
  readonly text?: string
  readonly thinking?: string
  readonly finish?: 'stop' | 'length' | 'refused'
  /** In the place of an answer: the status that a client of OpenAI's APIs sees (Anthropic has its own for an overload), and words of the message. */
  readonly error?: { readonly status: number; readonly says: RegExp; readonly isOverload?: true }
  /** The stream breaks off behind this text. */
  readonly brokenAfter?: string
  /** Questions, continuations and proofs that it costs at DeepSeek. */
  readonly rounds?: number
  /** What becomes of the account. */
  readonly health?: 'muted' | 'needs-sign-in' | 'cooling'
}

const LINKED = `High tide is at six[1](${PAGES[0]}) and the gate opens[2](${PAGES[1]}).`
const answer: Outcome = { text: ANSWER, finish: 'stop' }
const MUTED: Outcome = { error: { status: 403, says: /muted .* until \d{4}-\d\d-\d\dT/ }, health: 'muted' }
const CHECK: Outcome = { error: { status: 503, says: /sign-in window/ }, health: 'needs-sign-in' }

/** One row for every scenario of the simulator; a test sees to it that none is missing. */
export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  plain: answer,
  thinking: { ...answer, model: 'deepseek-reasoner', thinking: THOUGHT },
  'thinking-off-but-sent': answer,
  'stray-think-end': { ...answer, model: 'deepseek-reasoner', thinking: THOUGHT },
  'inherited-frames': answer,
  'nested-batch': answer,
  'multi-byte-split': answer,
  'huge-line': { ...answer, model: 'deepseek-chat-search' },
  'keep-alives': answer,
  'crlf-and-unknown-events': answer,
  'filter-before-text': { error: { status: 400, says: /beyond my current scope/ } },
  'filter-after-text': { text: ANSWER, finish: 'refused' },
  'incomplete-continue': { text: FIRST_HALF + SECOND_HALF, finish: 'stop', rounds: 2 },
  'incomplete-no-replay': { text: FIRST_HALF + SECOND_HALF, finish: 'stop', rounds: 2 },
  'incomplete-for-ever': { text: FIRST_HALF, finish: 'length', rounds: 9 },
  'auto-continue': { text: FIRST_HALF + SECOND_HALF, finish: 'stop', rounds: 2 },
  'empty-then-answer': { ...answer, rounds: 2 },
  'empty-always': { error: { status: 429, says: /empty answer/ }, rounds: 2, health: 'cooling' },
  'thinking-only': { error: { status: 429, says: /empty answer/ }, rounds: 2, health: 'cooling' },
  'eof-without-status': { brokenAfter: 'The harbour opens' },
  'no-finish-event': answer,
  'disconnect-mid-frame': { brokenAfter: 'The harbour opens' },
  'search-reference': { model: 'deepseek-chat-search', text: LINKED, finish: 'stop' },
  'legacy-citation': { model: 'deepseek-chat-search', text: LINKED, finish: 'stop' },
  'late-citations': { model: 'deepseek-chat-search', text: LINKED, finish: 'stop' },
  'unknown-citation': {
    model: 'deepseek-chat-search',
    text: 'High tide is at six[citation:7].',
    finish: 'stop',
  },
  'hint-rate-limit': { error: { status: 429, says: /too fast/ }, health: 'cooling' },
  'hint-too-long': { error: { status: 400, says: /too long/ } },
  'hint-other': { error: { status: 503, says: /come back/, isOverload: true } },
  'code-40003': { ...answer, rounds: 2 },
  'code-40003-in-sse': { ...answer, rounds: 2 },
  'code-40002': { error: { status: 429, says: /Too many requests/ }, health: 'cooling' },
  'code-40002-token': { ...answer, rounds: 2 },
  'code-40005': { error: { status: 502, says: /clientVersion/ } },
  'code-40301': { ...answer, rounds: 2 },
  'code-40301-always': { error: { status: 502, says: /proof of work/ } },
  'code-1001': { error: { status: 503, says: /overloaded/, isOverload: true } },
  'biz-26': { error: { status: 502, says: /lost the place/ } },
  'muted-json': MUTED,
  'muted-bare-line': MUTED,
  'muted-sse': MUTED,
  'waf-202': CHECK,
  'html-page': CHECK,
  'http-429': { error: { status: 429, says: /slow down/ }, health: 'cooling' },
  'http-500': { error: { status: 502, says: /oops/ } },
  'error-object': { error: { status: 503, says: /overloaded/, isOverload: true } },
  'bad-event': { brokenAfter: 'The harbour opens' },
  'old-choices': { ...answer, model: 'deepseek-reasoner', thinking: THOUGHT },
  'old-choices-busy': { error: { status: 503, says: /backend_busy/, isOverload: true } },
  'old-choices-filter': { text: ANSWER, finish: 'refused' },
  'intermediate-2025': { ...answer, model: 'deepseek-reasoner', thinking: THOUGHT },
}

/** Scenarios whose point is time or another room; each has a test of its own. */
export const ELSEWHERE: ReadonlySet<string> = new Set(['stall', 'slow-answer', 'call-in-thinking'])
