import { assertNever } from '../../chat/assert-never.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { StreamPart, ToolCallEnd } from '../../chat/stream-part.ts'
import { mergeUsage, type Usage } from '../../chat/usage.ts'
import type { AnswerContext, StreamEncoder } from '../protocol.ts'
import { encodeSignature } from './encode-answer.ts'
import { encodeErrorObject } from './encode-error.ts'
import { encodeFinish, encodeId } from './encode-finish.ts'
import { encodeUsage } from './encode-usage.ts'

type Encoding = {
  readonly context: AnswerContext
  /** What all chunks begin with; set by the first part. */
  head: string | undefined
  /** Calls by the key of their part: index by order of appearance, and whether arguments came. */
  readonly calls: Map<number, { readonly index: number; readonly isCustom: boolean; hasArguments: boolean }>
  usage: Usage
  isOver: boolean
}

export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  const encoding: Encoding = { context, head: undefined, calls: new Map(), usage: {}, isOver: false }
  return {
    push(part) {
      if (encoding.isOver) return []
      if (part.type === 'error' || encoding.head !== undefined) return encodePart(encoding, part)
      return [begin(encoding, part), ...encodePart(encoding, part)]
    },
  }
}

function begin(encoding: Encoding, part: StreamPart): SseEvent {
  const { context } = encoding
  const id = encodeId(part.type === 'answer-start' ? part.id : undefined, context.requestId)
  const base = { id, object: 'chat.completion.chunk', created: context.createdAt, model: context.model }
  encoding.head = JSON.stringify(base).slice(0, -1)
  return chunk(encoding, '{"role":"assistant","content":""}')
}

function encodePart(encoding: Encoding, part: StreamPart): readonly SseEvent[] {
  switch (part.type) {
    case 'text-delta':
      return [chunk(encoding, `{"content":${JSON.stringify(part.text)}}`)]
    case 'thinking-delta':
      return [chunk(encoding, `{"reasoning_content":${JSON.stringify(part.text)}}`)]
    case 'refusal-delta':
      return [chunk(encoding, `{"refusal":${JSON.stringify(part.text)}}`)]
    case 'tool-call-start':
      return [startCall(encoding, part)]
    case 'tool-call-delta':
      return part.text === '' ? [] : callDelta(encoding, part.key, part.text)
    case 'tool-call-end':
      return endCall(encoding, part)
    case 'usage':
      encoding.usage = mergeUsage(encoding.usage, part.usage)
      return []
    case 'finish':
      return finish(encoding, encodeFinish(part.reason))
    case 'error':
      encoding.isOver = true
      return [{ data: JSON.stringify({ error: encodeErrorObject(part.error) }) }]
    case 'answer-start':
    case 'text-start':
    case 'text-end':
    case 'thinking-start':
    case 'thinking-end':
    case 'refusal-start':
    case 'refusal-end':
    case 'redacted-thinking':
    case 'opaque':
      return []
    default:
      return assertNever(part)
  }
}

function startCall(encoding: Encoding, part: Extract<StreamPart, { type: 'tool-call-start' }>): SseEvent {
  const { id, name } = part
  const index = encoding.calls.size
  const isCustom = part.kind === 'custom'
  encoding.calls.set(part.key, { index, isCustom, hasArguments: false })
  const call: JsonObject = isCustom
    ? { index, id, type: 'custom', custom: { name, input: '' } }
    : { index, id, type: 'function', function: { name, arguments: '' } }
  return chunk(encoding, `{"tool_calls":[${JSON.stringify(call)}]}`)
}

function callDelta(encoding: Encoding, key: number, text: string): readonly SseEvent[] {
  const call = encoding.calls.get(key)
  if (call === undefined) return []
  call.hasArguments = true
  const field = call.isCustom ? '"custom":{"input":' : '"function":{"arguments":'
  return [chunk(encoding, `{"tool_calls":[{"index":${call.index},${field}${JSON.stringify(text)}}}]}`)]
}

/** A call without arguments still has an object of them. */
function endCall(encoding: Encoding, { key, signature }: ToolCallEnd): readonly SseEvent[] {
  const call = encoding.calls.get(key)
  if (call === undefined || call.isCustom) return []
  const empty = call.hasArguments ? [] : callDelta(encoding, key, '{}')
  if (signature === undefined) return empty
  const extra = JSON.stringify(encodeSignature(signature))
  const told = `{"index":${call.index},"function":{"arguments":""},"extra_content":${extra}}`
  return [...empty, chunk(encoding, `{"tool_calls":[${told}]}`)]
}

function finish(encoding: Encoding, reason: string): readonly SseEvent[] {
  encoding.isOver = true
  const usage = encoding.context.request.includeUsage ? encodeUsage(encoding.usage) : undefined
  return [
    chunk(encoding, '{}', JSON.stringify(reason)),
    ...(usage === undefined
      ? []
      : [{ data: `${encoding.head},"choices":[],"usage":${JSON.stringify(usage)}}` }]),
    { data: '[DONE]' },
  ]
}

function chunk(encoding: Encoding, delta: string, finishReason = 'null'): SseEvent {
  const choice = `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}`
  return { data: `${encoding.head},"choices":[${choice}]}` }
}
