/** What Cursor is made to do, told without its carrier: the command line writes it as lines, the SDK as messages. */
export type Step =
  | { readonly do: 'event'; readonly event: Readonly<Record<string, unknown>> }
  /** Bytes between the lines; the SDK has no such place. */
  | { readonly do: 'raw'; readonly text: string }
  /** The run ends well. */
  | { readonly do: 'finish'; readonly result: string; readonly usage?: object }
  /** It is refused: on standard error with an exit code, or as a thrown error. */
  | {
      readonly do: 'fail'
      readonly message: string
      readonly name?: string
      readonly status?: number
      readonly retryAfter?: number
    }
  /** It stops, with no end of any kind. */
  | { readonly do: 'stop'; readonly code?: number }
  /** Nothing more comes. `isDeaf`: nor does it listen to being asked to end. */
  | { readonly do: 'hang'; readonly isDeaf?: boolean }
  | { readonly do: 'pause'; readonly ms: number }

export type Answer = { readonly thinking?: string; readonly text: string }

export const THOUGHT = 'The harbour is quiet. "Six" is the hour.'
export const ANSWER = 'The harbour opens at six — bring a torch.\nHigh tide "C:\\tide" follows. 🌊'
export const FIRST_HALF = 'The harbour opens'
export const USAGE = {
  inputTokens: 7175,
  outputTokens: 39,
  cacheReadTokens: 6048,
  cacheWriteTokens: 12,
  reasoningTokens: 21,
  totalTokens: 7214,
}

let clock = 1_786_975_512_000
const stamp = () => ({ timestamp_ms: clock++ })
const message = (text: string) => ({ role: 'assistant', content: [{ type: 'text', text }] })
/** A piece as the command line writes it. */
export const piece = (text: string): Step => event({ type: 'assistant', message: message(text), ...stamp() })
/** A text without a time stamp: a whole message, everything so far, or a piece of an SDK. */
const untimed = (text: string): Step => event({ type: 'assistant', message: message(text) })
const thought = (text: string): Step => event({ type: 'thinking', subtype: 'delta', text, ...stamp() })
const status = (name: string, said?: string): Step =>
  event({ type: 'status', status: name, ...(said === undefined ? {} : { message: said }) })

function event(of: Readonly<Record<string, unknown>>): Step {
  return { do: 'event', event: of }
}

const words = (text: string) => text.match(/\S+\s*|\s+/g) ?? []
const finish: Step = { do: 'finish', result: ANSWER, usage: USAGE }
const begun: readonly Step[] = [piece('The harbour '), piece('opens')]

/** What the program says on a good day. */
export function sayPlainly({ thinking, text }: Answer): Step[] {
  return [
    ...(thinking === undefined
      ? []
      : [...words(thinking).map(thought), event({ type: 'thinking', subtype: 'completed', ...stamp() })]),
    ...words(text).map(piece),
    // The whole message comes once more behind its pieces.
    untimed(text),
    { do: 'finish', result: text, usage: USAGE },
  ]
}

const growing = (text: string) =>
  words(text).map((_, index) =>
    words(text)
      .slice(0, index + 1)
      .join(''),
  )
const tool = (kind: string, subtype: string) =>
  event({
    type: 'tool_call',
    subtype,
    call_id: 'tool_1',
    name: kind,
    tool_call: { [kind]: { args: {} } },
    ...stamp(),
  })

/** Every way in which Cursor is known to answer, or to fail. */
export const SCENARIOS: Readonly<Record<string, readonly Step[]>> = {
  plain: sayPlainly({ text: ANSWER }),
  thinking: sayPlainly({ thinking: THOUGHT, text: ANSWER }),
  'one-message': [untimed(ANSWER), finish],
  'untimed-pieces': [...words(ANSWER).map(untimed), untimed(ANSWER), finish],
  cumulative: [...growing(ANSWER).map(untimed), finish],
  'cumulative-thinking': [
    ...growing(THOUGHT).map((text) => event({ type: 'thinking', text })),
    ...growing(ANSWER).map(untimed),
    finish,
  ],
  'result-only': [finish],
  'result-has-more': [piece(FIRST_HALF), finish],
  'usage-event': [
    ...words(ANSWER).map(piece),
    event({ type: 'usage', ...USAGE }),
    { do: 'finish', result: ANSWER },
  ],
  'finish-without-usage': [...words(ANSWER).map(piece), { do: 'finish', result: ANSWER }],
  'unknown-events': [
    event({ type: 'request', request_id: 'r-1' }),
    event({ type: 'weather', forecast: ['fair'] }),
    status('CREATING'),
    status('RUNNING'),
    event({ type: 'task', name: 'tidy' }),
    ...words(ANSWER).map(piece),
    status('FINISHED'),
    finish,
  ],
  'noise-between-lines': [
    { do: 'raw', text: 'npm notice a new version is there\n\r\n\n' },
    ...words(ANSWER).map(piece),
    { do: 'raw', text: '\r\n' },
    finish,
  ],
  'tool-denied': [
    piece('The harbour '),
    tool('readToolCall', 'started'),
    tool('readToolCall', 'completed'),
    piece(ANSWER.slice('The harbour '.length)),
    finish,
  ],
  'tool-not-allowed': [...begun, tool('shellToolCall', 'started'), { do: 'hang' }],
  'status-error': [...begun, status('ERROR', 'the model gave up')],
  'status-expired': [status('EXPIRED')],
  'status-cancelled': [...begun, status('CANCELLED', 'somebody else stopped it')],
  'error-event': [...begun, event({ type: 'error', message: 'tool input error' })],
  'error-result': [event({ type: 'result', subtype: 'error', is_error: true, result: 'Internal error 17' })],
  'error-result-after-text': [
    ...begun,
    event({ type: 'result', subtype: 'error', is_error: true, result: 'Internal error 17' }),
  ],
  'agent-busy': [
    {
      do: 'fail',
      name: 'AgentBusyError',
      status: 409,
      message: 'AgentBusy: another run is under way (agent_busy)',
    },
  ],
  'key-refused': [
    {
      do: 'fail',
      name: 'AuthenticationError',
      status: 401,
      message: 'Error: The provided API key is invalid.',
    },
  ],
  'rate-limited': [
    {
      do: 'fail',
      name: 'RateLimitError',
      status: 429,
      retryAfter: 30,
      message: 'Rate limit exceeded. Retry after 30 s',
    },
  ],
  'rate-limited-after-text': [
    ...begun,
    {
      do: 'fail',
      name: 'RateLimitError',
      status: 429,
      retryAfter: 30,
      message: 'Rate limit exceeded. Retry after 30 s',
    },
  ],
  'usage-limit': [{ do: 'fail', message: "You've hit your usage limit. Upgrade to Pro+ for more." }],
  'model-refused': [
    {
      do: 'fail',
      name: 'ConfigurationError',
      status: 404,
      message: 'Cannot use this model: nothing. Available models: auto, composer-2',
    },
  ],
  'configuration-error': [
    {
      do: 'fail',
      name: 'ConfigurationError',
      status: 400,
      message: 'ConfigurationError: invalid argument "x"',
    },
  ],
  'too-long': [{ do: 'fail', message: 'The prompt is too long: 300000 tokens exceed the context window' }],
  'network-error': [{ do: 'fail', name: 'NetworkError', message: 'NetworkError: fetch failed (ECONNRESET)' }],
  'network-error-after-text': [
    ...begun,
    { do: 'fail', name: 'NetworkError', message: 'NetworkError: fetch failed (ECONNRESET)' },
  ],
  'unknown-failure': [{ do: 'fail', message: 'Workspace Trust Required' }],
  'stop-without-end': [...begun, { do: 'stop' }],
  'stop-with-code': [...begun, { do: 'stop', code: 3 }],
  'stop-at-once': [{ do: 'stop', code: 1 }],
  'cut-line': [...begun, { do: 'raw', text: '{"type":"result","resu' }, { do: 'stop' }],
  'bad-line': [...begun, { do: 'raw', text: '{"type":"assistant",,}\n' }, { do: 'hang' }],
  blank: [{ do: 'finish', result: '', usage: USAGE }],
  slow: [...words(ANSWER).flatMap((word): Step[] => [piece(word), { do: 'pause', ms: 20 }]), finish],
  hang: [...begun, { do: 'hang' }],
  'hang-deaf': [...begun, { do: 'hang', isDeaf: true }],
}

/** The scenario that a prompt asks for by a magic word. */
export function scenarioIn(prompt: string): string | undefined {
  return /\[\[sim:([a-z0-9-]+)\]\]/.exec(prompt)?.[1]
}
