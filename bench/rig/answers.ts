/**
 * What the mock upstream answers, by the model's name: `small`, `text-<bytes>`, `sse-<events>`, `call-<events>` (text,
 * then a tool call in the bridge's dialect) and `paced-<events>-<milliseconds>`. Each answer is made once, as the bytes
 * that stand on the wire, so that answering costs the mock one write.
 */

export type Api = 'openai-chat' | 'anthropic'

export type MockAnswer = {
  /** The head and the body as they stand on the wire. */
  readonly wire: Buffer
  /** The body without its HTTP chunks. */
  readonly body: Buffer
  /** For paced answers: the body's events, one by one. */
  readonly paced?: { readonly events: readonly string[]; readonly everyMs: number }
}

/** What stands in the place of the time of sending, so that an event's way can be timed. Always 16 characters. */
export const NOW_MARK = '@@@@@@@@@@@@@@@@'

const WORD = 'tide '
const made = new Map<string, MockAnswer>()

/** The answer of a model. Throws for a name that says nothing. */
export function answerOf(api: Api, model: string): MockAnswer {
  const key = `${api} ${model}`
  const known = made.get(key)
  if (known !== undefined) return known
  const answer = makeAnswer(api, model)
  made.set(key, answer)
  return answer
}

function makeAnswer(api: Api, model: string): MockAnswer {
  const [kind = '', first = '0', second = '0'] = model.split('-')
  const count = Number(first)
  if (kind === 'small') return whole(wholeBody(api, model, 'High water is at noon.'))
  if (kind === 'text') return whole(wholeBody(api, model, WORD.repeat(Math.ceil(count / WORD.length))))
  if (kind === 'sse') return streamed(streamEvents(api, model, words(count)))
  if (kind === 'call') return streamed(streamEvents(api, model, [...words(count), ...callPieces()]))
  if (kind === 'paced') {
    const events = streamEvents(api, model, Array<string>(count).fill(NOW_MARK))
    return { ...streamed(events), paced: { events, everyMs: Number(second) } }
  }
  throw new Error(`the mock upstream knows no model ${model}`)
}

function words(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `word${index} `)
}

/** The call as a model streams it: a few characters an event. */
function callPieces(): string[] {
  const call =
    '\n<tool_calls>\n<invoke name="save_note">\n<parameter name="path"><![CDATA[notes/tide.md]]></parameter>\n' +
    '<parameter name="body"><![CDATA[High water is at noon.]]></parameter>\n</invoke>\n</tool_calls>'
  return call.match(/[\s\S]{1,6}/g) ?? []
}

function wholeBody(api: Api, model: string, text: string): string {
  if (api === 'anthropic')
    return JSON.stringify({
      id: 'msg_bench',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 12, output_tokens: 34 },
    })
  return JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_760_000_000,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 },
  })
}

function streamEvents(api: Api, model: string, texts: readonly string[]): string[] {
  return api === 'anthropic' ? anthropicEvents(model, texts) : chatEvents(model, texts)
}

function chatEvents(model: string, texts: readonly string[]): string[] {
  const frame = (choices: unknown[], more: object = {}) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1_760_000_000, model, choices, ...more })}\n\n`
  const delta = (change: object, finish: string | null = null) => [
    { index: 0, delta: change, finish_reason: finish },
  ]
  return [
    frame(delta({ role: 'assistant', content: '' })),
    ...texts.map((content) => frame(delta({ content }))),
    frame(delta({}, 'stop')),
    frame([], { usage: { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 } }),
    'data: [DONE]\n\n',
  ]
}

function anthropicEvents(model: string, texts: readonly string[]): string[] {
  const frame = (event: { type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
  const message = {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 12, output_tokens: 1 },
  }
  const at = (type: string, more: object) => frame({ type, index: 0, ...more } as { type: string })
  return [
    frame({ type: 'message_start', message } as { type: string }),
    at('content_block_start', { content_block: { type: 'text', text: '' } }),
    ...texts.map((text) => at('content_block_delta', { delta: { type: 'text_delta', text } })),
    at('content_block_stop', {}),
    frame({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 34 },
    } as { type: string }),
    frame({ type: 'message_stop' }),
  ]
}

function whole(text: string): MockAnswer {
  const body = Buffer.from(text)
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  return { wire: Buffer.concat([Buffer.from(head), body]), body }
}

export const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n'
export const STREAM_END = '0\r\n\r\n'

/** One event as one HTTP chunk, as model servers send them. */
export function httpChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

function streamed(events: readonly string[]): MockAnswer {
  const wire = STREAM_HEAD + events.map(httpChunk).join('') + STREAM_END
  return { wire: Buffer.from(wire), body: Buffer.from(events.join('')) }
}
