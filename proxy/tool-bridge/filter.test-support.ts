import type { ChatRequest, FunctionTool, Tool } from '../chat/chat-request.ts'
import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { FinishReason, StreamPart } from '../chat/stream-part.ts'
import type { Usage } from '../chat/usage.ts'
import { type BridgeOptions, bridgeRequest } from './bridge-request.ts'

/** The tools of the design's cases; `!` there is `required` here. */
export const CASE_TOOLS: readonly FunctionTool[] = [
  tool('get_tide', { port: { type: 'string' } }, ['port']),
  tool(
    'save_note',
    {
      path: { type: 'string' },
      body: { type: 'string' },
      tags: { type: 'array', items: { type: 'string' } },
    },
    ['path', 'body'],
  ),
  tool('run_cmd', { cmd: { type: 'string' }, timeout: { type: 'integer' } }, ['cmd']),
  tool('ping', {}, []),
]

export function tool(name: string, properties: JsonObject, required: readonly string[]): FunctionTool {
  return { kind: 'function', name, parameters: { type: 'object', properties, required } }
}

export const PLAIN_OPTIONS: BridgeOptions = {
  thinking: 'prompt',
  wantsThinking: false,
  exposeReasoning: false,
  isStrict: false,
  insists: false,
  newCallId: () => 'call_x',
}

export function askWith(tools: readonly Tool[], wish: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model: 'm',
    turns: [{ role: 'user', parts: [{ type: 'text', text: 'Ahoy' }] }],
    tools,
    stream: true,
    includeUsage: false,
    ...wish,
  }
}

/** A piece of an upstream's answer: text, or thoughts that it tells apart itself. */
export type SaidPiece = { readonly kind: 'text' | 'thinking'; readonly text: string }

export type Told = {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly { readonly name: string; readonly arguments: JsonValue | string }[]
  readonly finish: FinishReason | undefined
  readonly notes: readonly string[]
  readonly usage: Usage | undefined
  /** What was wrong with the stream of parts, or came out of it too early. */
  readonly faults: readonly string[]
}

export type Telling = {
  readonly request?: ChatRequest
  readonly options?: Partial<BridgeOptions>
  readonly finish?: FinishReason
}

/** Sends pieces through a bridged request's filter, and tells what a client would get. */
export function tell(pieces: readonly SaidPiece[], telling: Telling = {}): Told {
  const request = telling.request ?? askWith(CASE_TOOLS)
  const filter = bridgeRequest(request, { ...PLAIN_OPTIONS, ...telling.options }).createFilter()
  const client = createClient()
  for (const part of upstreamParts(pieces, telling.finish ?? 'stop'))
    for (const out of filter.push(part)) client.take(out)
  return { ...client.told(), notes: filter.notes }
}

function* upstreamParts(pieces: readonly SaidPiece[], finish: FinishReason): Generator<StreamPart> {
  let key = -1
  let open: SaidPiece['kind'] | undefined
  yield { type: 'answer-start' }
  for (const { kind, text } of pieces) {
    if (open !== kind) {
      if (open !== undefined) yield { type: `${open}-end`, key }
      key++
      yield { type: `${kind}-start`, key }
      open = kind
    }
    yield { type: `${kind}-delta`, key, text }
  }
  if (open !== undefined) yield { type: `${open}-end`, key }
  yield { type: 'finish', reason: finish }
}

function createClient() {
  const open = new Map<number, string>()
  const seen = new Set<number>()
  const calls: { name: string; text: string }[] = []
  const faults: string[] = []
  const said = { text: [] as string[], thinking: [] as string[] }
  let finish: FinishReason | undefined
  let usage: Usage | undefined

  function openBlock(kind: string, key: number): void {
    if (seen.has(key)) faults.push(`key ${key} came twice`)
    seen.add(key)
    open.set(key, kind)
  }
  function takeDelta(part: Extract<StreamPart, { text: string }>): void {
    if (open.get(part.key) !== part.type.replace('delta', 'start')) faults.push('a delta without a block')
    const last = calls.at(-1)
    if (part.type === 'tool-call-delta' && last !== undefined) last.text += part.text
    else said[part.type === 'thinking-delta' ? 'thinking' : 'text'].push(part.text)
  }
  function takeEnd(part: StreamPart): void {
    if ('key' in part) open.delete(part.key)
    else if (part.type === 'usage') usage = part.usage
    else if (part.type === 'finish') {
      finish = part.reason
      if (open.size > 0) faults.push('a block is open at the end')
    }
  }
  function take(part: StreamPart): void {
    if (finish !== undefined) faults.push(`${part.type} behind the end`)
    if ('text' in part) takeDelta(part)
    else if (part.type === 'tool-call-start') {
      openBlock(part.type, part.key)
      calls.push({
        name: part.namespace === undefined ? part.name : `${part.namespace}/${part.name}`,
        text: '',
      })
    } else if (part.type === 'text-start' || part.type === 'thinking-start') openBlock(part.type, part.key)
    else takeEnd(part)
  }
  return {
    take,
    told: () => ({
      text: said.text.join(''),
      thinking: said.thinking.join(''),
      calls: calls.map(({ name, text }) => ({
        name,
        arguments: text.startsWith('{') ? JSON.parse(text) : text,
      })),
      finish,
      usage,
      faults,
    }),
  }
}

/** A text in pieces of one kind, cut at the given places. */
export function cutAt(text: string, cuts: readonly number[], kind: SaidPiece['kind'] = 'text'): SaidPiece[] {
  const places = [0, ...cuts, text.length]
  return places.slice(1).flatMap((end, index) => {
    const piece = text.slice(places[index] ?? 0, end)
    return piece === '' ? [] : [{ kind, text: piece }]
  })
}

const LONG = 1_500
const SAMPLES = 97

/** The ways in which an answer may arrive: whole, letter by letter, cut in two at every place (of a long one: at samples). */
export function* everyCut(text: string): Generator<SaidPiece[]> {
  yield cutAt(text, [])
  yield cutAt(
    text,
    Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => index + 1),
  )
  const step = text.length > LONG ? Math.ceil(text.length / SAMPLES) : 1
  for (let cut = 1; cut < text.length; cut += step) yield cutAt(text, [cut])
}
