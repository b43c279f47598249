/** What came back from Portside. */
export type Reply = {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

export type Api =
  | 'chat'
  | 'messages'
  | 'count-tokens'
  | 'responses'
  | 'gemini'
  | 'gemini-stream'
  | 'gemini-array'
  | 'gemini-count'

/** What a client's own fault may be told with; everything else is Portside's. */
const DOCUMENTED_STATUSES: ReadonlySet<number> = new Set([200, 400, 404, 413])

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with a reply; undefined where nothing is. `sent` is the body as the client would parse it. */
export function judge(api: Api, sent: unknown, reply: Reply): string | undefined {
  if (!DOCUMENTED_STATUSES.has(reply.status)) return `status ${reply.status}`
  const isStream = reply.contentType === 'text/event-stream'
  if (!isStream && reply.contentType !== 'application/json') return `content type ${reply.contentType}`
  if (reply.status !== 200) return isStream ? 'an error as a stream' : judgeError(api, reply)
  if (isStream !== wantsStream(api, sent)) return isStream ? 'a stream nobody asked for' : 'no stream'
  return isStream ? judgeStream(api, eventsOf(reply.text)) : WHOLE[api](objectOf(reply.text))
}

/** A body that is no JSON never gets to a 200, so what it asks for does not matter. */
function wantsStream(api: Api, sent: unknown): boolean {
  if (api.startsWith('gemini')) return api === 'gemini-stream'
  return api !== 'count-tokens' && isObject(sent) && sent.stream === true
}

function judgeError(api: Api, { status, text }: Reply): string | undefined {
  const body = objectOf(text)
  const error = body.error
  if (!isObject(error) || typeof error.message !== 'string' || error.message === '')
    return 'an error without a message'
  if (api.startsWith('gemini')) {
    if (error.code !== status || typeof error.status !== 'string') return 'not an error of Gemini'
  } else if (api === 'messages' || api === 'count-tokens') {
    if (body.type !== 'error' || typeof error.type !== 'string' || typeof body.request_id !== 'string')
      return 'not an error of Anthropic'
  } else if (typeof error.type !== 'string' || !('param' in error) || !('code' in error))
    return 'not an error of OpenAI'
  return /\bat .*:\d+:\d+|\[object |undefined|ENOENT|sk-fuzz/.test(error.message)
    ? `an error that tells of the inside: ${error.message}`
    : undefined
}

const WHOLE: Readonly<Record<Api, (body: Fields) => string | undefined>> = {
  chat(body) {
    const choice = listOf(body.choices)[0]
    const message = choice?.message
    if (body.object !== 'chat.completion' || !isObject(message) || message.role !== 'assistant')
      return 'not a chat completion'
    if (message.content === null && !message.tool_calls && !message.refusal)
      return 'neither content nor calls'
    for (const call of listOf(message.tool_calls)) if (!hasArguments(call)) return 'a call without arguments'
    return FINISH_REASONS.has(choice?.finish_reason) ? undefined : `finish reason ${choice?.finish_reason}`
  },
  messages(body) {
    if (body.type !== 'message' || body.role !== 'assistant' || !Array.isArray(body.content))
      return 'not a message'
    if (!STOP_REASONS.has(body.stop_reason)) return `stop reason ${body.stop_reason}`
    return isObject(body.usage) && typeof body.usage.input_tokens === 'number' ? undefined : 'no usage'
  },
  'count-tokens': (body) => (isCount(body.input_tokens) ? undefined : 'no count'),
  responses(body) {
    if (body.object !== 'response' || !Array.isArray(body.output)) return 'not a response'
    if (body.status !== 'completed') return `status ${body.status}`
    return typeof body.id === 'string' && isObject(body.usage) ? undefined : 'no id or usage'
  },
  gemini(body) {
    const candidate = listOf(body.candidates)[0]
    if (candidate === undefined) return 'no candidate'
    return typeof candidate.finishReason === 'string' ? undefined : 'no finish reason'
  },
  'gemini-array': (body) => judgeCandidates(listOf(body.list)),
  'gemini-count': (body) => (isCount(body.totalTokens) ? undefined : 'no count'),
  'gemini-stream': () => 'no stream',
}

const FINISH_REASONS: ReadonlySet<unknown> = new Set(['stop', 'length', 'tool_calls', 'content_filter'])
const STOP_REASONS: ReadonlySet<unknown> = new Set([
  'end_turn',
  'max_tokens',
  'tool_use',
  'stop_sequence',
  'refusal',
])

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0
}

function hasArguments(call: Fields): boolean {
  if (isObject(call.custom)) return typeof call.custom.input === 'string'
  return isObject(call.function) && isObject(JSON.parse(String(call.function.arguments)))
}

type Event = { readonly name: string | undefined; readonly data: string }

/** Lines end where the protocol says, and not where JavaScript's patterns see one (U+2028). */
function eventsOf(text: string): Event[] {
  const frames = text.split('\n\n').map((frame) => frame.split('\n'))
  return frames
    .map((lines) => ({ name: fieldOf(lines, 'event: ')[0], data: fieldOf(lines, 'data: ').join('\n') }))
    .filter(({ data }) => data !== '')
}

function fieldOf(lines: readonly string[], field: string): string[] {
  return lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length))
}

function judgeStream(api: Api, events: readonly Event[]): string | undefined {
  if (api === 'chat') return judgeChunks(events)
  const bodies = events.map(({ data }) => objectOf(data))
  if (bodies.some((body) => 'error' in body && isObject(body.error))) return 'an error in the stream'
  if (api === 'messages') return judgeBlocks(events, bodies)
  if (api === 'responses') return judgeItems(events, bodies)
  return judgeCandidates(bodies)
}

/** Gemini says why it ended in the last chunk, and only there. */
function judgeCandidates(bodies: readonly Fields[]): string | undefined {
  const reasons = bodies.map((body) => typeof listOf(body.candidates)[0]?.finishReason)
  return reasons.indexOf('string') === bodies.length - 1 && bodies.length > 0
    ? undefined
    : `finish reasons ${reasons}`
}

function judgeChunks(events: readonly Event[]): string | undefined {
  if (events.at(-1)?.data !== '[DONE]') return 'no [DONE]'
  const chunks = events.slice(0, -1).map(({ data }) => objectOf(data))
  if (chunks.some((chunk) => chunk.object !== 'chat.completion.chunk')) return 'not a chunk'
  const choices = chunks.flatMap((chunk) => listOf(chunk.choices))
  const first = choices[0]?.delta
  if (!isObject(first) || first.role !== 'assistant') return 'no role in the first chunk'
  const reasons = choices.map((choice) => choice.finish_reason).filter((reason) => reason != null)
  return reasons.length === 1 && FINISH_REASONS.has(reasons[0]) ? undefined : `finish reasons ${reasons}`
}

/** Anthropic's grammar: one block open at a time, counted from 0, all closed before the end. */
function judgeBlocks(events: readonly Event[], bodies: readonly Fields[]): string | undefined {
  if (events.some((event, index) => event.name !== bodies[index]?.type))
    return 'an event whose name is not its type'
  const types = bodies.map((body) => body.type).filter((type) => type !== 'ping')
  if (types[0] !== 'message_start' || types.at(-1) !== 'message_stop' || types.at(-2) !== 'message_delta')
    return `from ${types[0]} to ${types.at(-1)}`
  let next = 0
  let open: unknown
  for (const { type, index } of bodies) {
    if (type === 'content_block_start') {
      if (open !== undefined || index !== next++) return `block ${index} starts while ${open} is open`
      open = index
    } else if (type === 'content_block_delta' || type === 'content_block_stop') {
      if (index !== open) return `${type} of ${index} while ${open} is open`
      if (type === 'content_block_stop') open = undefined
    }
  }
  return open === undefined ? undefined : 'a block was left open'
}

/** The grammar of Responses: numbered from 0, each item added and done, one end that repeats them. */
function judgeItems(events: readonly Event[], bodies: readonly Fields[]): string | undefined {
  if (events.some((event, index) => event.name !== bodies[index]?.type))
    return 'an event whose name is not its type'
  if (bodies.some((body, index) => body.sequence_number !== index)) return 'numbers out of order'
  const last = bodies.at(-1)
  if (bodies[0]?.type !== 'response.created' || last?.type !== 'response.completed')
    return `from ${bodies[0]?.type} to ${last?.type}`
  const items = (type: string) => bodies.filter((body) => body.type === type).map((body) => body.output_index)
  const added = items('response.output_item.added')
  const done = items('response.output_item.done')
  if (added.some((index, at) => index !== at)) return `items added as ${added}`
  if (added.length !== new Set(done).size || added.length !== done.length)
    return `items added ${added}, done ${done}`
  const output = isObject(last.response) ? last.response.output : undefined
  return Array.isArray(output) && output.length === done.length ? undefined : 'an end without its items'
}

function objectOf(text: string): Fields {
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : { list: value }
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
