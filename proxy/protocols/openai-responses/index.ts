import type { Protocol } from '../protocol.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeError, encodeErrorEvent } from './encode-error.ts'
import { createStreamEncoder } from './encode-stream.ts'

/** OpenAI's Responses API, as clients speak it to us. */
export const openaiResponses: Protocol = {
  id: 'openai-responses',
  decodeRequest,
  encodeAnswer,
  createStreamEncoder,
  encodeError,
  encodeErrorEvent,
  heartbeat: ': keep-alive\n\n',
  missingEnd: '',
}
