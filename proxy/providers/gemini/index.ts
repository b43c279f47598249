import type { WireCodec } from '../wire-codec.ts'
import { readAnswer } from './read-answer.ts'
import { readError } from './read-error.ts'
import { createStreamReader } from './read-stream.ts'
import { writeRequest } from './write-request.ts'

/** Google's Gemini API. Base URLs end before `/v1beta`. */
export const geminiCodec: WireCodec = {
  protocol: 'gemini',
  path({ model, stream }) {
    const name = encodeURIComponent(model.replace(/^models\//, '').toWellFormed())
    return `/v1beta/models/${name}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
  },
  headers: (credential) => ({ 'x-goog-api-key': credential }),
  writeRequest,
  createStreamReader,
  readAnswer,
  readError,
}
