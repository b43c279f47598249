import { unfoldAnswer } from '../chat/chat-answer.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { WireProvider } from '../providers/provider.ts'
import type { WrittenRequest } from '../providers/wire-codec.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { Attempt } from './attempt.ts'
import { collectBytes } from './collect-bytes.ts'

export type WholeAnswer = {
  readonly attempt: Attempt
  readonly upstream: UpstreamAnswer
  readonly provider: WireProvider
  readonly written: WrittenRequest | undefined
  readonly stream: AnswerStream
  readonly isPassThrough: boolean
}

/** Answers from one JSON body: as it came, translated, or as a stream where the client asked for one. */
export async function answerWhole(whole: WholeAnswer): Promise<void> {
  const { attempt, upstream, provider, written, stream, isPassThrough } = whole
  const bytes = await collectBytes(upstream, attempt.ports.settings().limits.upstreamBodyBytes, 'refuse')
  const answer = provider.codec.readAnswer(parseJson(bytes, upstream), written)
  if (!isPassThrough || attempt.request.chat.stream) return stream.takeParts([...unfoldAnswer(answer)])
  stream.observeAnswer(answer)
  stream.sendWhole(bytes)
}

function parseJson(bytes: Uint8Array, upstream: UpstreamAnswer): unknown {
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const type = upstream.headers['content-type'] ?? 'no content type'
    const what = text === '' ? 'an empty body' : `${type} that is not JSON`
    throw new ChatError('upstream-changed', `The upstream answered ${upstream.status} with ${what}`, {
      code: text === '' ? 'empty_body' : 'bad_json',
      upstreamStatus: upstream.status,
      cause,
    })
  }
}
