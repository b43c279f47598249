import type { WayBack } from '../../chat/answer-builder.ts'
import { type ChatAnswer, foldAnswer } from '../../chat/chat-answer.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickRecords } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import { MessageReader } from './read-stream.ts'

/** Reads a whole message: as the events that a stream of it would have had. */
export function readAnswer(body: unknown, wayBack: WayBack = {}): ChatAnswer {
  const error = readErrorValue(body)
  if (error !== undefined) throw upstreamError(error)
  if (!isJsonObject(body) || !Array.isArray(body.content)) {
    throw new ChatError('upstream-changed', 'The upstream sent an answer without content')
  }
  const reader = new MessageReader(wayBack)
  reader.event({ type: 'message_start', message: body })
  for (const [index, block] of pickRecords(body, 'content').entries()) {
    reader.event({ type: 'content_block_start', index, content_block: block })
    reader.event({ type: 'content_block_stop', index })
  }
  reader.event({ type: 'message_delta', delta: body, usage: body.usage })
  reader.event({ type: 'message_stop' })
  const answer = foldAnswer(reader.take())
  if (answer === undefined)
    throw new ChatError('upstream-changed', 'The upstream sent an answer without an end')
  return answer
}
