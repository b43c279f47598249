import type { WayBack } from '../../chat/answer-builder.ts'
import { type ChatAnswer, foldAnswer } from '../../chat/chat-answer.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject } from '../../chat/json.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import { createResponseReader } from './read-stream.ts'

/** Reads a whole response: as the terminal event that a stream of it would have had. */
export function readAnswer(body: unknown, wayBack: WayBack = {}): ChatAnswer {
  const error = readErrorValue(body)
  if (error !== undefined) throw upstreamError(error)
  if (!isJsonObject(body) || !Array.isArray(body.output)) {
    throw new ChatError('upstream-changed', 'The upstream sent an answer without output')
  }
  const reader = createResponseReader(wayBack)
  const status = typeof body.status === 'string' ? body.status : 'completed'
  reader.event({ type: `response.${status}`, response: body })
  const answer = foldAnswer(reader.take())
  if (answer === undefined)
    throw new ChatError('upstream-changed', 'The upstream sent an answer without an end')
  return answer
}
