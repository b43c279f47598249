import type { Protocol } from '../protocol.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeError } from './encode-error.ts'
import { createStreamEncoder } from './encode-stream.ts'

/** OpenAI's Chat Completions, as clients speak it to us. */
export const openaiChat: Protocol = {
  id: 'openai-chat',
  decodeRequest,
  encodeAnswer,
  createStreamEncoder,
  encodeError,
  encodeErrorEvent: (error) => [{ data: JSON.stringify(encodeError(error).body) }],
  heartbeat: ': keep-alive\n\n',
  missingEnd: 'data: [DONE]\n\n',
}
