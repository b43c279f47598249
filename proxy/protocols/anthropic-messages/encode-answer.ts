import { assertNever } from '../../chat/assert-never.ts'
import { wrapCarrier } from '../../chat/carrier.ts'
import type { AnswerPart, ChatAnswer } from '../../chat/chat-answer.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { readArguments } from '../../chat/tool-arguments.ts'
import type { AnswerContext } from '../protocol.ts'
import { encodeId, encodeStop } from './encode-finish.ts'
import { encodeUsage } from './encode-usage.ts'

export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  return {
    id: encodeId(answer.id, context.requestId),
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: answer.parts.flatMap(encodeBlock),
    ...encodeStop(answer.finish, answer.stopSequence),
    usage: encodeUsage(answer.usage, context, countCharacters(answer.parts)),
  }
}

function encodeBlock(part: AnswerPart): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'thinking': {
      const data = part.signature === undefined ? '' : wrapCarrier(part.signature, 'anthropic-messages')
      return part.text === '' && data === ''
        ? []
        : [{ type: 'thinking', thinking: part.text, signature: data }]
    }
    case 'redacted-thinking':
      return [{ type: 'redacted_thinking', data: wrapCarrier(part.carrier, 'anthropic-messages') }]
    case 'tool-call':
      return [{ type: 'tool_use', id: part.id, name: part.name, input: readArguments(part.argumentsText) }]
    case 'opaque':
      return part.protocol === 'anthropic-messages' && isJsonObject(part.raw) ? [part.raw] : []
    default:
      return assertNever(part)
  }
}

function countCharacters(parts: readonly AnswerPart[]): number {
  return parts.reduce((sum, part) => {
    if (part.type === 'tool-call') return sum + part.argumentsText.length
    return sum + ('text' in part ? (part.text?.length ?? 0) : 0)
  }, 0)
}
