/**
 * What the mock upstream answers, by the model's name. Each answer is made once, as the bytes that stand on the wire, so
 * that answering costs the mock one write.
 *
 * - `small`: a few words; `text-<bytes>`: a long text
 * - `sse-<events>`: a stream of that many words
 * - `call-<events>`: the same, then a tool call in the bridge's dialect; `bigcall-<bytes>`: a call with a long argument
 * - `lead-<milliseconds>`: a stream whose first event goes out at once and the rest after the pause
 * - `paced-<events>-<milliseconds>`: a stream with one event at a time, each with the time of its sending
 */

export type Api = 'openai-chat' | 'anthropic'

export type MockAnswer = {
  /** The head and the body as they stand on the wire. */
  readonly wire: Buffer
  /** The body without its HTTP chunks. */
  readonly body: Buffer
  /** For paced answers: the body's events, one by one. */
  readonly paced?: { readonly events: readonly string[]; readonly everyMs: number }
  /** For answers with a lead: what is written at once, and what after the pause. */
  readonly lead?: { readonly first: string; readonly rest: string; readonly pauseMs: number }
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

/** What the model says in words; a call's block is no part of it. */
export function saidBy(model: string): string {
  const { kind, count } = readModel(model)
  switch (kind) {
    case 'small':
      return 'High water is at noon.'
    case 'text':
      return WORD.repeat(Math.ceil(count / WORD.length))
    case 'sse':
    case 'call':
      return words(count).join('')
    case 'bigcall':
      return words(1).join('')
    case 'lead':
      return words(LEAD_EVENTS).join('')
    default:
      throw new Error(`what ${model} says changes from time to time`)
  }
}

/** The block that a model without tools of its own writes for a call; undefined where it calls nothing. */
export function callBlockOf(model: string): string | undefined {
  const call = callOf(model)
  return call === undefined ? undefined : writeBlock(call)
}

/** The arguments of the call of `save_note` that a bridge has to make of the block. */
export function callOf(model: string): NoteCall | undefined {
  const { kind, count } = readModel(model)
  if (kind === 'call') return { path: 'notes/tide.md', body: 'High water is at noon.' }
  if (kind === 'bigcall') return { path: 'notes/tide.md', body: WORD.repeat(Math.ceil(count / WORD.length)) }
  return undefined
}

export type NoteCall = { readonly path: string; readonly body: string }

function readModel(model: string): { kind: string; count: number; everyMs: number } {
  const [kind = '', count = '0', everyMs = '0'] = model.split('-')
  return { kind, count: Number(count), everyMs: Number(everyMs) }
}

function makeAnswer(api: Api, model: string): MockAnswer {
  const { kind, count, everyMs } = readModel(model)
  switch (kind) {
    case 'small':
    case 'text':
      return whole(wholeBody(api, model, saidBy(model)))
    case 'sse':
      return streamed(streamEvents(api, model, words(count)))
    case 'call':
      return streamed(streamEvents(api, model, [...words(count), ...pieces(callBlockOf(model), CALL_PIECE)]))
    case 'bigcall':
      return streamed(streamEvents(api, model, [...words(1), ...pieces(callBlockOf(model), BIG_CALL_PIECE)]))
    case 'lead':
      return withLead(streamEvents(api, model, words(LEAD_EVENTS)), count)
    case 'paced': {
      const events = streamEvents(api, model, Array<string>(count).fill(NOW_MARK))
      return { ...streamed(events), paced: { events, everyMs } }
    }
    default:
      throw new Error(`the mock upstream knows no model ${model}`)
  }
}

/** Characters an event: a call as a model streams it, and one that fills the bridge's buffer. */
const CALL_PIECE = 6
const BIG_CALL_PIECE = 1024
const LEAD_EVENTS = 4

function words(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `word${index} `)
}

function writeBlock({ path, body }: NoteCall): string {
  const parameter = (name: string, value: string) =>
    `<parameter name="${name}"><![CDATA[${value}]]></parameter>\n`
  return `\n<tool_calls>\n<invoke name="save_note">\n${parameter('path', path)}${parameter('body', body)}</invoke>\n</tool_calls>`
}

function pieces(text = '', length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  )
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

/** The first event is the one that opens an answer, with the first word. */
function withLead(events: readonly string[], pauseMs: number): MockAnswer {
  const opening = events.findIndex((event) => event.includes('word0 ')) + 1
  const onWire = (some: readonly string[]) => some.map(httpChunk).join('')
  const first = STREAM_HEAD + onWire(events.slice(0, opening))
  const rest = onWire(events.slice(opening)) + STREAM_END
  return { ...streamed(events), lead: { first, rest, pauseMs } }
}
