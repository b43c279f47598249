import type { WayBack } from '../../chat/answer-builder.ts'
import { type ChatAnswer, foldAnswer } from '../../chat/chat-answer.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickObject, pickRecords } from '../../chat/pick-fields.ts'
import { readErrorEvent } from './read-error.ts'
import { createChunkReader } from './read-stream.ts'

/** Reads a whole answer: it is the stream's one big chunk. */
export function readAnswer(body: unknown, wayBack: WayBack = {}): ChatAnswer {
  const error = readErrorEvent(body)
  if (error !== undefined) throw error
  const hasAnswer =
    isJsonObject(body) &&
    (pickRecords(body, 'candidates').length > 0 || pickObject(body, 'promptFeedback') !== undefined)
  if (!hasAnswer) throw new ChatError('upstream-changed', 'The upstream sent an answer without a candidate')
  const reader = createChunkReader(wayBack)
  reader.chunk(body)
  reader.end()
  const answer = foldAnswer(reader.take())
  if (answer === undefined)
    throw new ChatError('upstream-changed', 'The upstream sent an answer without an end')
  return answer
}
