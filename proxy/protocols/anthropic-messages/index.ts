import type { Protocol } from '../protocol.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeError } from './encode-error.ts'
import { createStreamEncoder } from './encode-stream.ts'

/** Anthropic's Messages API, as clients speak it to us. */
export const anthropicMessages: Protocol = {
  id: 'anthropic-messages',
  decodeRequest,
  encodeAnswer,
  createStreamEncoder,
  encodeError,
  encodeErrorEvent: (error, requestId) => [
    { event: 'error', data: JSON.stringify(encodeError(error, requestId).body) },
  ],
  heartbeat: 'event: ping\ndata: {"type":"ping"}\n\n',
  missingEnd: 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
}
