import type { Protocol } from '../protocol.ts'
import { decodeRequest } from './decode-request.ts'
import { encodeAnswer } from './encode-answer.ts'
import { encodeError } from './encode-error.ts'
import { createStreamEncoder } from './encode-stream.ts'

/** Google's Gemini API, as clients speak it to us. A comment between its frames would break Gemini's own command line. */
export const gemini: Protocol = {
  id: 'gemini',
  decodeRequest,
  encodeAnswer,
  createStreamEncoder,
  encodeError,
  encodeErrorEvent: (error) => [{ data: JSON.stringify(encodeError(error).body) }],
  heartbeat: '',
  missingEnd: '',
}
