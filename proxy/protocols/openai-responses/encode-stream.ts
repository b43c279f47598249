import { assertNever } from '../../chat/assert-never.ts'
import { createCallIds } from '../../chat/call-ids.ts'
import type { AnswerPart } from '../../chat/chat-answer.ts'
import type { OpaqueCarrier } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { StreamPart, ToolCallStart } from '../../chat/stream-part.ts'
import { mergeUsage, type Usage } from '../../chat/usage.ts'
import type { AnswerContext, StreamEncoder } from '../protocol.ts'
import { CALL_ID_MAX } from './encode-answer.ts'
import { encodeFailure } from './encode-error.ts'
import { encodeFinish } from './encode-finish.ts'
import { itemPrefix } from './encode-items.ts'
import { encodeId, encodeResponseHead } from './encode-response.ts'
import { encodeUsage } from './encode-usage.ts'
import { createItemSerialiser, type ItemSerialiser } from './item-serialiser.ts'
import { CUSTOM_SHAPE, FUNCTION_SHAPE, REASONING_SHAPE, REFUSAL_SHAPE, TEXT_SHAPE } from './item-shapes.ts'

type Encoding = {
  readonly context: AnswerContext
  readonly items: ItemSerialiser
  readonly callIds: (wish: string) => string
  events: SseEvent[]
  sequence: number
  /** The fields that every snapshot of the response begins with; set by the first part. */
  head: JsonObject | undefined
  hasRefusal: boolean
  isOver: boolean
  usage: Usage
  characters: number
}

export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  const encoding: Encoding = {
    context,
    items: createItemSerialiser(
      (type, fields) => emit(encoding, type, fields),
      (part, index) => `${itemPrefix(part)}_${context.requestId}_${index}`,
    ),
    callIds: createCallIds(CALL_ID_MAX),
    events: [],
    sequence: 0,
    head: undefined,
    hasRefusal: false,
    isOver: false,
    usage: {},
    characters: 0,
  }
  return {
    push(part) {
      if (encoding.isOver) return []
      encoding.events = []
      encoding.head ??= begin(encoding, part)
      encodePart(encoding, part)
      return encoding.events
    },
  }
}

function emit(encoding: Encoding, type: string, fields: JsonObject): void {
  const data = JSON.stringify({ type, sequence_number: encoding.sequence++, ...fields })
  encoding.events.push({ event: type, data })
}

function begin(encoding: Encoding, part: StreamPart): JsonObject {
  const { context } = encoding
  const id = encodeId(part.type === 'answer-start' ? part.id : undefined, context.requestId)
  const head = encodeResponseHead(id, context)
  const response = {
    ...head,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    output: [],
    usage: null,
  }
  emit(encoding, 'response.created', { response })
  emit(encoding, 'response.in_progress', { response })
  return head
}

function encodePart(encoding: Encoding, part: StreamPart): void {
  const { items } = encoding
  switch (part.type) {
    case 'answer-start':
      break
    case 'usage':
      encoding.usage = mergeUsage(encoding.usage, part.usage)
      break
    case 'text-start':
      items.open(part.key, { type: 'text', text: '' }, TEXT_SHAPE)
      break
    case 'refusal-start':
      encoding.hasRefusal = true
      items.open(part.key, { type: 'refusal', text: '' }, REFUSAL_SHAPE)
      break
    case 'thinking-start':
      items.open(part.key, { type: 'thinking', text: '' }, REASONING_SHAPE)
      break
    case 'tool-call-start':
      openCall(encoding, part)
      break
    case 'text-delta':
    case 'refusal-delta':
    case 'thinking-delta':
    case 'tool-call-delta':
      encoding.characters += part.text.length
      items.push(part.key, part.text)
      break
    case 'text-end':
    case 'refusal-end':
    case 'tool-call-end':
      items.end(part.key)
      break
    case 'thinking-end':
      items.end(part.key, (open) => sign(open, part.signature))
      break
    case 'redacted-thinking':
      items.whole({ type: 'redacted-thinking', carrier: part.carrier })
      break
    case 'opaque':
      items.whole(part)
      break
    case 'finish':
      items.endAll()
      end(encoding, encodeFinish(part.reason, encoding.hasRefusal))
      break
    case 'error':
      end(encoding, { status: 'failed', error: encodeFailure(part.error), incomplete_details: null })
      break
    default:
      assertNever(part)
  }
}

function openCall({ items, callIds }: Encoding, part: ToolCallStart): void {
  const { name, kind, namespace } = part
  const call = { type: 'tool-call' as const, id: callIds(part.id), name, argumentsText: '', kind, namespace }
  items.open(part.key, dropAbsent(call), kind === 'custom' ? CUSTOM_SHAPE : FUNCTION_SHAPE)
}

function sign(part: AnswerPart, signature: OpaqueCarrier | undefined): AnswerPart {
  return part.type === 'thinking' && signature !== undefined ? { ...part, signature } : part
}

/** The one terminal event: `response.completed`, `.incomplete` or `.failed`, with the whole response. */
function end(encoding: Encoding, ending: JsonObject & { readonly status: string }): void {
  encoding.isOver = true
  const { context, items, usage, characters } = encoding
  const response = {
    ...encoding.head,
    ...ending,
    output: items.output,
    usage: ending.status === 'failed' ? null : encodeUsage(usage, context, characters),
  }
  emit(encoding, `response.${ending.status}`, { response })
}
