import type { WayBack } from '../../chat/answer-builder.ts'
import { type ChatAnswer, foldAnswer } from '../../chat/chat-answer.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import { ChunkReader } from './read-stream.ts'
import { readUsage } from './read-usage.ts'

/** Reads a whole chat completion: it is the stream's one big chunk. */
export function readAnswer(body: unknown, wayBack: WayBack = {}): ChatAnswer {
  const error = readErrorValue(body)
  if (error !== undefined) throw upstreamError(error)
  const choices = isJsonObject(body) ? pickRecords(body, 'choices') : []
  if (choices.length === 0 || choices.some((choice) => pickObject(choice, 'message') === undefined)) {
    throw new ChatError('upstream-changed', 'The upstream sent an answer without a message')
  }
  const plain = readPlainAnswer(body, choices)
  if (plain !== undefined) return plain
  const reader = new ChunkReader(wayBack)
  reader.chunk(body)
  reader.done()
  const answer = foldAnswer(reader.take())
  if (answer === undefined)
    throw new ChatError('upstream-changed', 'The upstream sent an answer without an end')
  return answer
}

/** One choice of text that came to its end: most answers are that, and what is said here of them is all there is. */
function readPlainAnswer(body: unknown, choices: readonly JsonObject[]): ChatAnswer | undefined {
  const [choice, other] = choices
  const message = pickObject(choice, 'message')
  const text = pickText(message, 'content')
  const finish = PLAIN_ENDS.find((reason) => reason === choice?.finish_reason)
  if (other !== undefined || text === undefined || finish === undefined) return undefined
  if (!isJsonObject(body) || pickObject(body, 'x_groq') !== undefined) return undefined
  for (const name in message) if (!PLAIN_FIELDS.has(name) && !isNothing(message[name])) return undefined
  return dropAbsent({
    id: pickText(body, 'id'),
    model: pickText(body, 'model'),
    parts: [{ type: 'text' as const, text }],
    finish,
    usage: readUsage(body.usage) ?? {},
  })
}

/** OpenAI's own answers say `refusal: null` and `annotations: []` (seen 2026-11). */
function isNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

const PLAIN_ENDS = ['stop', 'length'] as const
const PLAIN_FIELDS: ReadonlySet<string> = new Set(['role', 'content'])
