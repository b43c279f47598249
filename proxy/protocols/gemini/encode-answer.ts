import type { ChatAnswer } from '../../chat/chat-answer.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import { isWholeObject } from '../../chat/tool-arguments.ts'
import type { AnswerContext } from '../protocol.ts'
import { encodeFinish } from './encode-finish.ts'
import { encodePart } from './encode-parts.ts'
import { encodeUsage } from './encode-usage.ts'

export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const parts = wholeParts(answer).flatMap((part) => encodePart(part, context.request))
  const candidate = { content: { role: 'model', parts }, finishReason: encodeFinish(answer.finish), index: 0 }
  return dropAbsent({
    candidates: [candidate],
    usageMetadata: encodeUsage(answer.usage),
    modelVersion: context.model,
    responseId: context.requestId,
  })
}

/** Where the output limit cut a call short, nobody may run half of it. */
function wholeParts({ parts, finish }: ChatAnswer): ChatAnswer['parts'] {
  if (finish !== 'length') return parts
  return parts.filter(
    (part) =>
      part.type !== 'tool-call' ||
      part.kind === 'custom' ||
      part.argumentsText.trim() === '' ||
      isWholeObject(part.argumentsText),
  )
}
