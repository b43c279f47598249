import type { WireCodec } from '../wire-codec.ts'
import { readAnswer } from './read-answer.ts'
import { readError } from './read-error.ts'
import { createStreamReader } from './read-stream.ts'
import { writeRequest } from './write-request.ts'

/** Anthropic Messages, and upstreams that follow it. Base URLs end before `/v1`. */
export const anthropicCodec: WireCodec = {
  protocol: 'anthropic-messages',
  path: () => '/v1/messages',
  headers: (credential) => ({ 'x-api-key': credential, 'anthropic-version': '2023-06-01' }),
  writeRequest,
  createStreamReader,
  readAnswer,
  readError,
}
