import { createCallIds } from '../../chat/call-ids.ts'
import type { AnswerPart, ChatAnswer } from '../../chat/chat-answer.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { AnswerContext } from '../protocol.ts'
import { encodeFinish } from './encode-finish.ts'
import { encodeItem, itemPrefix } from './encode-items.ts'
import { encodeId, encodeResponseHead } from './encode-response.ts'
import { encodeUsage } from './encode-usage.ts'

/** The longest `call_id` that the API allows. */
export const CALL_ID_MAX = 64

export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  return {
    ...encodeResponseHead(encodeId(answer.id, context.requestId), context),
    ...encodeFinish(
      answer.finish,
      answer.parts.some(({ type }) => type === 'refusal'),
    ),
    output: encodeOutput(answer.parts, context.requestId),
    usage: encodeUsage(answer.usage, context, countCharacters(answer.parts)),
  }
}

function encodeOutput(parts: readonly AnswerPart[], requestId: string): readonly JsonObject[] {
  const callIds = createCallIds(CALL_ID_MAX)
  const output: JsonObject[] = []
  for (const part of parts) {
    const named = part.type === 'tool-call' ? { ...part, id: callIds(part.id) } : part
    const item = encodeItem(named, `${itemPrefix(named)}_${requestId}_${output.length}`)
    if (item !== undefined) output.push(item)
  }
  return output
}

function countCharacters(parts: readonly AnswerPart[]): number {
  return parts.reduce((sum, part) => {
    if (part.type === 'tool-call') return sum + part.argumentsText.length
    return sum + ('text' in part ? (part.text?.length ?? 0) : 0)
  }, 0)
}
