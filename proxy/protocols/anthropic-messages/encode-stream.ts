import { assertNever } from '../../chat/assert-never.ts'
import { wrapCarrier } from '../../chat/carrier.ts'
import type { OpaqueCarrier } from '../../chat/chat-request.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { StreamPart, ToolCallStart } from '../../chat/stream-part.ts'
import { mergeUsage, type Usage } from '../../chat/usage.ts'
import type { AnswerContext, StreamEncoder } from '../protocol.ts'
import { type BlockSerialiser, createBlockSerialiser, type NewBlock } from './block-serialiser.ts'
import { encodeError } from './encode-error.ts'
import { encodeId, encodeStop } from './encode-finish.ts'
import { encodeUsage } from './encode-usage.ts'

const TEXT: NewBlock = {
  start: '{"type":"text","text":""}',
  delta: { type: 'text_delta', field: 'text' },
  isShownEmpty: false,
}
const THINKING: NewBlock = {
  start: '{"type":"thinking","thinking":"","signature":""}',
  delta: { type: 'thinking_delta', field: 'thinking' },
  isShownEmpty: false,
}
const INPUT = { type: 'input_json_delta', field: 'partial_json' }

type Encoding = {
  readonly context: AnswerContext
  readonly blocks: BlockSerialiser
  events: SseEvent[]
  id: string | undefined
  hasBegun: boolean
  isOver: boolean
  usage: Usage
  characters: number
}

export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  const encoding: Encoding = {
    context,
    blocks: createBlockSerialiser((event) => {
      begin(encoding)
      encoding.events.push(event)
    }),
    events: [],
    id: undefined,
    hasBegun: false,
    isOver: false,
    usage: {},
    characters: 0,
  }
  return {
    push(part) {
      if (encoding.isOver) return []
      encoding.events = []
      encodePart(encoding, part)
      return encoding.events
    },
  }
}

function encodePart(encoding: Encoding, part: StreamPart): void {
  const { blocks } = encoding
  switch (part.type) {
    case 'answer-start':
      encoding.id = part.id
      break
    case 'usage':
      encoding.usage = mergeUsage(encoding.usage, part.usage)
      break
    case 'text-start':
    case 'refusal-start':
      blocks.open(part.key, TEXT)
      break
    case 'thinking-start':
      blocks.open(part.key, THINKING)
      break
    case 'tool-call-start':
      blocks.open(part.key, callBlock(part))
      break
    case 'text-delta':
    case 'refusal-delta':
    case 'thinking-delta':
    case 'tool-call-delta':
      encoding.characters += part.text.length
      blocks.push(part.key, part.text)
      break
    case 'text-end':
    case 'refusal-end':
    case 'tool-call-end':
      blocks.end(part.key)
      break
    case 'thinking-end':
      blocks.end(part.key, signatureDelta(part))
      break
    case 'redacted-thinking':
      encodeRedacted(blocks, part.carrier)
      break
    case 'opaque':
      encodeOpaque(blocks, part)
      break
    case 'finish':
      finish(encoding, part)
      break
    case 'error':
      encoding.isOver = true
      encoding.events.push(errorEvent(encoding, part))
      break
    default:
      assertNever(part)
  }
}

function encodeRedacted(blocks: BlockSerialiser, carrier: OpaqueCarrier): void {
  blocks.whole(wholeBlock({ type: 'redacted_thinking', data: wrapCarrier(carrier, 'anthropic-messages') }))
}

/** Waits for the first block, so that the upstream's first count of tokens can be told in it. */
function begin(encoding: Encoding): void {
  if (encoding.hasBegun) return
  encoding.hasBegun = true
  const { context, id, usage } = encoding
  const message = {
    id: encodeId(id, context.requestId),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: encodeUsage(usage, context, 0),
  }
  encoding.events.push(eventOf('message_start', { message }))
}

function finish(encoding: Encoding, part: Extract<StreamPart, { type: 'finish' }>): void {
  encoding.isOver = true
  begin(encoding)
  encoding.blocks.endAll()
  const { usage, context, characters } = encoding
  const delta = encodeStop(part.reason, part.stopSequence)
  encoding.events.push(
    eventOf('message_delta', { delta, usage: encodeUsage(usage, context, characters) }),
    eventOf('message_stop', {}),
  )
}

function callBlock({ id, name }: ToolCallStart): NewBlock {
  return { ...wholeBlock({ type: 'tool_use', id, name, input: {} }), delta: INPUT }
}

function wholeBlock(block: JsonObject): NewBlock {
  return { start: JSON.stringify(block), delta: undefined, isShownEmpty: true }
}

/** A tool that the upstream runs itself tells its input like a call; other blocks are told whole. */
function encodeOpaque(
  blocks: BlockSerialiser,
  { protocol, raw }: Extract<StreamPart, { type: 'opaque' }>,
): void {
  if (protocol !== 'anthropic-messages' || !isJsonObject(raw)) return
  const isCall = typeof raw.type === 'string' && raw.type.endsWith('tool_use') && isJsonObject(raw.input)
  if (isCall) blocks.whole({ ...wholeBlock({ ...raw, input: {} }), delta: INPUT }, JSON.stringify(raw.input))
  else blocks.whole(wholeBlock(raw))
}

/** A signature of another origin is marked as such, so that it comes back to its origin alone. */
function signatureDelta({ signature }: Extract<StreamPart, { type: 'thinking-end' }>): string | undefined {
  if (signature === undefined || signature.data === '') return undefined
  return JSON.stringify({
    type: 'signature_delta',
    signature: wrapCarrier(signature, 'anthropic-messages'),
  })
}

function errorEvent({ context }: Encoding, { error }: Extract<StreamPart, { type: 'error' }>): SseEvent {
  return { event: 'error', data: JSON.stringify(encodeError(error, context.requestId).body) }
}

function eventOf(type: string, fields: JsonObject): SseEvent {
  return { event: type, data: JSON.stringify({ type, ...fields }) }
}
