import { type ChatAnswer, unfoldAnswer } from '../chat/chat-answer.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { WireProvider } from '../providers/provider.ts'
import type { WrittenRequest } from '../providers/wire-codec.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { Attempt } from './attempt.ts'
import { byteLengthOf, joinBytes } from './collect-bytes.ts'
import { asciiText, decodeText } from './decode-text.ts'
import { createJsonOutline, OUTLINED_BYTES } from './json-outline.ts'

export type WholeAnswer = {
  readonly attempt: Attempt
  readonly upstream: UpstreamAnswer
  /** Its body, as it came. */
  readonly chunks: readonly Uint8Array[]
  readonly provider: WireProvider
  readonly written: WrittenRequest | undefined
  readonly stream: AnswerStream
  readonly isPassThrough: boolean
}

/** Answers from one JSON body: as it came, translated, or as a stream where the client asked for one. */
export function answerWhole(whole: WholeAnswer): void {
  const { attempt, upstream, chunks, provider, written, stream, isPassThrough } = whole
  const read = (text: string) => provider.codec.readAnswer(parseJson(text, upstream), written)
  if (!isPassThrough || attempt.request.head.stream)
    return stream.takeParts([...unfoldAnswer(read(decode(chunks)))])
  const isSmall = byteLengthOf(chunks) < OUTLINED_BYTES
  const ascii = isSmall ? asciiText(joinBytes(chunks)) : undefined
  const shape = isSmall ? undefined : readShape(chunks, read)
  stream.said.observeAnswer(shape ?? read(ascii ?? decode(chunks)))
  stream.sendWhole(chunks, ascii)
}

/** What the outline says, where that is enough: not for calls, whose arguments count, nor for anything that fails. */
function readShape(
  chunks: readonly Uint8Array[],
  read: (text: string) => ChatAnswer,
): ChatAnswer | undefined {
  const outline = createJsonOutline()
  for (const chunk of chunks) outline.push(chunk)
  const text = outline.text()
  if (text === undefined) return undefined
  try {
    const answer = read(text)
    return answer.parts.some(({ type }) => type === 'tool-call') ? undefined : answer
  } catch {
    // Whatever is wrong is said of the whole text.
    return undefined
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  return decodeText(joinBytes(chunks))
}

function parseJson(text: string, upstream: UpstreamAnswer): unknown {
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
