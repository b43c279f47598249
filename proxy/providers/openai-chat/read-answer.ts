import type { WayBack } from '../../chat/answer-builder.ts'
import { type ChatAnswer, foldAnswer } from '../../chat/chat-answer.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickObject, pickRecords } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import { createChunkReader } from './read-stream.ts'

/** Reads a whole chat completion: it is the stream's one big chunk. */
export function readAnswer(body: unknown, wayBack: WayBack = {}): ChatAnswer {
  const error = readErrorValue(body)
  if (error !== undefined) throw upstreamError(error)
  const choices = isJsonObject(body) ? pickRecords(body, 'choices') : []
  if (choices.length === 0 || choices.some((choice) => pickObject(choice, 'message') === undefined)) {
    throw new ChatError('upstream-changed', 'The upstream sent an answer without a message')
  }
  const reader = createChunkReader(wayBack)
  reader.chunk(body)
  reader.done()
  const answer = foldAnswer(reader.take())
  if (answer === undefined)
    throw new ChatError('upstream-changed', 'The upstream sent an answer without an end')
  return answer
}
