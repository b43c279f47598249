import type { WireCodec } from '../wire-codec.ts'
import { readAnswer } from './read-answer.ts'
import { readError } from './read-error.ts'
import { createStreamReader } from './read-stream.ts'
import { writeRequest } from './write-request.ts'

/** Chat Completions as OpenAI and the many upstreams that follow it speak it. Base URLs end in `/v1` or its like. */
export const openaiChatCodec: WireCodec = {
  protocol: 'openai-chat',
  path: () => '/chat/completions',
  headers: (credential) => ({ authorization: `Bearer ${credential}` }),
  writeRequest,
  createStreamReader,
  readAnswer,
  readError,
}
