import { wrapCarrier } from '../../chat/carrier.ts'
import type { ChatAnswer } from '../../chat/chat-answer.ts'
import type { OpaqueCarrier, ToolCallPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { AnswerContext } from '../protocol.ts'
import { encodeFinish, encodeId } from './encode-finish.ts'
import { encodeUsage } from './encode-usage.ts'

export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  return dropAbsent({
    id: encodeId(answer.id, context.requestId),
    object: 'chat.completion',
    created: context.createdAt,
    model: context.model,
    choices: [
      {
        index: 0,
        message: encodeMessage(answer),
        logprobs: null,
        finish_reason: encodeFinish(answer.finish),
      },
    ],
    usage: encodeUsage(answer.usage),
  })
}

/** `content` is null only beside calls or a refusal. */
function encodeMessage({ parts }: ChatAnswer): JsonObject {
  const text = textOf(parts, 'text')
  const refusal = textOf(parts, 'refusal')
  const reasoning = textOf(parts, 'thinking')
  const calls = parts.filter((part) => part.type === 'tool-call')
  const mayBeNull = calls.length > 0 || refusal !== ''
  return dropAbsent({
    role: 'assistant',
    content: text === '' && mayBeNull ? null : text,
    refusal: refusal === '' ? null : refusal,
    reasoning_content: reasoning || undefined,
    tool_calls: calls.length === 0 ? undefined : calls.map(encodeCall),
  })
}

function textOf(parts: ChatAnswer['parts'], type: 'text' | 'refusal' | 'thinking'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('')
}

function encodeCall({ id, name, argumentsText, kind, signature }: ToolCallPart): JsonObject {
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input: argumentsText } }
  return dropAbsent({
    id,
    type: 'function',
    function: { name, arguments: argumentsText.trim() === '' ? '{}' : argumentsText },
    extra_content: signature === undefined ? undefined : encodeSignature(signature),
  })
}

/** Where Gemini's own chat completions put the signature of a call (seen 2026-11). */
export function encodeSignature(signature: OpaqueCarrier): JsonObject {
  return { google: { thought_signature: wrapCarrier(signature, 'gemini') } }
}
