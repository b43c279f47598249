import type { WireCodec } from '../wire-codec.ts'
import { readAnswer } from './read-answer.ts'
import { readError } from './read-error.ts'
import { createStreamReader } from './read-stream.ts'
import { writeRequest } from './write-request.ts'

/** OpenAI's Responses, and upstreams that follow it. Base URLs end in `/v1` or its like. */
export const openaiResponsesCodec: WireCodec = {
  protocol: 'openai-responses',
  path: () => '/responses',
  headers: (credential) => ({ authorization: `Bearer ${credential}` }),
  writeRequest,
  createStreamReader,
  readAnswer,
  readError,
}
