import { assertNever } from '../../chat/assert-never.ts'
import type { ToolCallPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { FinishReason, StreamPart, ToolCallEnd } from '../../chat/stream-part.ts'
import { isWholeObject } from '../../chat/tool-arguments.ts'
import { mergeUsage, type Usage } from '../../chat/usage.ts'
import type { AnswerContext, StreamEncoder } from '../protocol.ts'
import { encodeError } from './encode-error.ts'
import { encodeFinish } from './encode-finish.ts'
import { encodePart, showsThoughts, sign } from './encode-parts.ts'
import { encodeUsage } from './encode-usage.ts'

type Encoding = {
  readonly context: AnswerContext
  /** Calls by the key of their part: a call is told whole, so its arguments wait for its end. */
  readonly calls: Map<number, { readonly call: ToolCallPart; readonly pieces: string[] }>
  /** Calls whose arguments are no whole object: the end of the answer says what that means. */
  readonly broken: ToolCallPart[]
  usage: Usage
  isOver: boolean
}

export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  const encoding: Encoding = { context, calls: new Map(), broken: [], usage: {}, isOver: false }
  return {
    push: (part) => (encoding.isOver ? [] : encodeStreamPart(encoding, part)),
  }
}

function encodeStreamPart(encoding: Encoding, part: StreamPart): readonly SseEvent[] {
  const { request } = encoding.context
  switch (part.type) {
    case 'text-delta':
    case 'refusal-delta':
      return chunk(encoding, [{ text: part.text }])
    case 'thinking-delta':
      return showsThoughts(request) ? chunk(encoding, [{ text: part.text, thought: true }]) : []
    case 'thinking-end': {
      const thoughtSignature = sign(part.signature)
      const isShown = thoughtSignature !== undefined && showsThoughts(request)
      return isShown ? chunk(encoding, [{ text: '', thought: true, thoughtSignature }]) : []
    }
    case 'redacted-thinking':
    case 'opaque':
      return chunk(encoding, encodePart(part, request))
    case 'tool-call-start': {
      const { id, name, kind } = part
      encoding.calls.set(part.key, {
        call: { type: 'tool-call', id, name, kind, argumentsText: '' },
        pieces: [],
      })
      return []
    }
    case 'tool-call-delta':
      encoding.calls.get(part.key)?.pieces.push(part.text)
      return []
    case 'tool-call-end':
      return endCall(encoding, part)
    case 'usage':
      encoding.usage = mergeUsage(encoding.usage, part.usage)
      return []
    case 'finish':
      return finish(encoding, part.reason)
    case 'error':
      encoding.isOver = true
      return [{ data: JSON.stringify(encodeError(part.error).body) }]
    case 'answer-start':
    case 'text-start':
    case 'text-end':
    case 'thinking-start':
    case 'refusal-start':
    case 'refusal-end':
      return []
    default:
      return assertNever(part)
  }
}

function endCall(encoding: Encoding, { key, signature }: ToolCallEnd): readonly SseEvent[] {
  const open = encoding.calls.get(key)
  if (open === undefined) return []
  encoding.calls.delete(key)
  const call = dropAbsent({ ...open.call, argumentsText: open.pieces.join(''), signature })
  const isWhole =
    call.kind === 'custom' || call.argumentsText.trim() === '' || isWholeObject(call.argumentsText)
  if (isWhole) return chunk(encoding, encodePart(call, encoding.context.request))
  encoding.broken.push(call)
  return []
}

/** Only the last chunk has a finish reason. Half a call is told only where nothing cut it. */
function finish(encoding: Encoding, reason: FinishReason): readonly SseEvent[] {
  encoding.isOver = true
  const { request } = encoding.context
  const late = reason === 'length' ? [] : encoding.broken.flatMap((call) => encodePart(call, request))
  const parts = late.length === 0 ? [{ text: '' }] : late
  return [event(encoding, parts, { finishReason: encodeFinish(reason) }, encodeUsage(encoding.usage))]
}

function chunk(encoding: Encoding, parts: readonly JsonObject[]): readonly SseEvent[] {
  return parts.length === 0 ? [] : [event(encoding, parts, {}, undefined)]
}

function event(
  { context }: Encoding,
  parts: readonly JsonObject[],
  ending: JsonObject,
  usageMetadata: JsonObject | undefined,
): SseEvent {
  const candidates = [{ content: { role: 'model', parts }, ...ending, index: 0 }]
  const { model: modelVersion, requestId: responseId } = context
  return { data: JSON.stringify(dropAbsent({ candidates, usageMetadata, modelVersion, responseId })) }
}
