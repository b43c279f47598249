/** Which API the simulated upstream speaks. */
export type FaultProtocol = 'openai-chat' | 'anthropic'

export type Variant = 'plain' | 'cut-tool' | 'odd-usage'

/** The bytes that one request would be answered with, in the upstream's protocol. */
export type Wire = {
  readonly stream: boolean
  /** A word that stands in the answer's text. */
  readonly word: string
  readonly ping: string
  /** How many frames come before the first output, and before the middle (three deltas are out by then). */
  readonly framesBeforeOutput: number
  readonly framesBeforeHalf: number
  frames(variant?: Variant): readonly string[]
  wholeAnswer(variant?: Variant): string
  errorBody(
    status: number,
    override?: { readonly type: string; readonly code?: string; readonly message: string },
  ): string
  errorFrame(kind: 'rate_limit' | 'overloaded'): string
}

export type WireRequest = {
  readonly protocol: FaultProtocol
  readonly stream: boolean
  readonly model: unknown
  readonly content: string
}

/** The answer's text is `content`, word by word. */
export function createWire(request: WireRequest): Wire {
  return request.protocol === 'anthropic' ? anthropicWire(request) : openAiWire(request)
}

function openAiWire({ stream, model, content }: WireRequest): Wire {
  const words = content.match(/\S+\s*/g) ?? []
  const base = { id: 'chatcmpl-fault', object: 'chat.completion.chunk', created: 1, model }
  const chunk = (delta: unknown, finish: string | null = null) =>
    data({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] })
  const usage = (variant: Variant) =>
    variant === 'odd-usage'
      ? { prompt_tokens: -5, completion_tokens: 1e308 }
      : { prompt_tokens: 9, completion_tokens: words.length }
  const cutCall = [
    { index: 0, id: 'call_cut', type: 'function', function: { name: 'write', arguments: '{"path":"a' } },
  ]
  return {
    stream,
    word: words[0] ?? '',
    ping: ': ping\n\n',
    framesBeforeOutput: 1,
    framesBeforeHalf: 4,
    frames: (variant = 'plain') => [
      chunk({ role: 'assistant', content: '' }),
      ...words.map((text) => chunk({ content: text })),
      ...(variant === 'cut-tool'
        ? [chunk({ tool_calls: cutCall }), chunk({}, 'length')]
        : [chunk({}, 'stop')]),
      data({ ...base, choices: [], usage: usage(variant) }),
      'data: [DONE]\n\n',
    ],
    wholeAnswer: (variant = 'plain') =>
      JSON.stringify({
        ...base,
        object: 'chat.completion',
        choices: [
          variant === 'cut-tool'
            ? {
                index: 0,
                message: { role: 'assistant', content, tool_calls: cutCall },
                finish_reason: 'length',
              }
            : { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' },
        ],
        usage: usage(variant),
      }),
    errorBody: (status, override) =>
      JSON.stringify({
        error: { message: `simulated ${status}`, type: 'server_error', param: null, code: null, ...override },
      }),
    errorFrame: (kind) =>
      data({
        error:
          kind === 'overloaded'
            ? { message: 'Overloaded', type: 'server_error', code: 'overloaded' }
            : { message: 'slow down', type: 'rate_limit_error', code: 'rate_limit_exceeded' },
      }),
  }
}

function anthropicWire({ stream, model, content }: WireRequest): Wire {
  const words = content.match(/\S+\s*/g) ?? []
  const event = (value: { type: string } & Record<string, unknown>) => `event: ${value.type}\n${data(value)}`
  const message = { id: 'msg_fault', type: 'message', role: 'assistant', model, stop_sequence: null }
  const usage = (variant: Variant) =>
    variant === 'odd-usage'
      ? { input_tokens: -5, output_tokens: 1e308 }
      : { input_tokens: 9, output_tokens: words.length }
  const cutCall = { type: 'tool_use', id: 'toolu_cut', name: 'write', input: {} }
  return {
    stream,
    word: words[0] ?? '',
    ping: event({ type: 'ping' }),
    framesBeforeOutput: 3,
    framesBeforeHalf: 6,
    frames: (variant = 'plain') => [
      event({
        type: 'message_start',
        message: { ...message, content: [], stop_reason: null, usage: { input_tokens: 9, output_tokens: 1 } },
      }),
      event({ type: 'ping' }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ...words.map((text) =>
        event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      ),
      event({ type: 'content_block_stop', index: 0 }),
      ...(variant === 'cut-tool'
        ? [
            event({ type: 'content_block_start', index: 1, content_block: cutCall }),
            event({
              type: 'content_block_delta',
              index: 1,
              delta: { type: 'input_json_delta', partial_json: '{"path":"a' },
            }),
            event({ type: 'content_block_stop', index: 1 }),
          ]
        : []),
      event({
        type: 'message_delta',
        delta: { stop_reason: variant === 'cut-tool' ? 'max_tokens' : 'end_turn', stop_sequence: null },
        usage: usage(variant),
      }),
      event({ type: 'message_stop' }),
    ],
    wholeAnswer: (variant = 'plain') =>
      JSON.stringify({
        ...message,
        content: [
          { type: 'text', text: content },
          ...(variant === 'cut-tool' ? [{ ...cutCall, input: { path: 'a' } }] : []),
        ],
        stop_reason: variant === 'cut-tool' ? 'max_tokens' : 'end_turn',
        usage: usage(variant),
      }),
    errorBody: (status, override) =>
      JSON.stringify({
        type: 'error',
        error: { type: ANTHROPIC_TYPES[status] ?? 'api_error', message: `simulated ${status}`, ...override },
        request_id: 'req_fault',
      }),
    errorFrame: (kind) =>
      event({
        type: 'error',
        error: {
          type: kind === 'overloaded' ? 'overloaded_error' : 'rate_limit_error',
          message: 'simulated',
        },
      }),
  }
}

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}
