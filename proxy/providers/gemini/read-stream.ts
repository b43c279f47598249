import { AnswerBuilder, type WayBack } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import { mergeUsage, type Usage } from '../../chat/usage.ts'
import type { StreamReader } from '../wire-codec.ts'
import { readErrorEvent } from './read-error.ts'
import { readFinishFailure, readFinishReason } from './read-finish.ts'
import { createPartReader } from './read-parts.ts'
import { readUsage } from './read-usage.ts'

/** Reads chunks that are parsed already; a whole answer is read as one chunk. */
export type ChunkReader = {
  chunk(value: unknown): void
  end(): void
  take(): readonly StreamPart[]
}

/** Reads the chunks of a `streamGenerateContent` stream. */
export function createStreamReader(wayBack: WayBack = {}): StreamReader {
  const reader = createChunkReader(wayBack)
  return {
    push({ data }) {
      // Gateways add OpenAI's end marker to this stream too (seen 2026-08).
      if (data.trim() !== '' && data !== '[DONE]') reader.chunk(parseJson(data))
      return reader.take()
    },
    end() {
      reader.end()
      return reader.take()
    },
  }
}

type State = {
  usage: Usage
  /** The last finish reason: older models send one in each chunk, so only the end of the stream makes it true. */
  finish: string | undefined
  blockReason: string | undefined
  hasBegun: boolean
}

export function createChunkReader(wayBack: WayBack): ChunkReader {
  const builder = new AnswerBuilder(wayBack)
  const state: State = { usage: {}, finish: undefined, blockReason: undefined, hasBegun: false }
  const parts = createPartReader(builder)

  function fail(error: ChatError): void {
    builder.usage(state.usage)
    builder.fail(error)
  }
  function read(chunk: JsonObject): void {
    state.usage = mergeUsage(state.usage, readUsage(chunk.usageMetadata) ?? {})
    const feedback = pickObject(chunk, 'promptFeedback')
    state.blockReason = pickText(feedback, 'blockReason') ?? state.blockReason
    const candidate = pickRecords(chunk, 'candidates')[0]
    if (candidate === undefined && state.blockReason === undefined) return
    begin(chunk)
    for (const part of pickRecords(pickObject(candidate, 'content'), 'parts')) parts.read(part)
    const word = pickText(candidate, 'finishReason')
    if (word !== undefined && word !== 'FINISH_REASON_UNSPECIFIED') state.finish = word
  }
  function begin(chunk: JsonObject): void {
    if (state.hasBegun) return
    state.hasBegun = true
    const id = pickText(chunk, 'responseId')
    parts.nameAnswer(id ?? '')
    builder.start(id, pickText(chunk, 'modelVersion'))
  }
  function finish(word: string): void {
    const failure = readFinishFailure(word)
    if (failure !== undefined) return fail(failure)
    parts.close()
    builder.usage(state.usage)
    builder.finish(readFinishReason(word))
  }
  return {
    chunk(value) {
      if (builder.isDone) return
      const error = readErrorEvent(value)
      if (error !== undefined) fail(error)
      else if (isJsonObject(value)) read(value)
      else fail(notJson())
    },
    end() {
      if (builder.isDone) return
      if (state.finish !== undefined) finish(state.finish)
      else if (state.blockReason !== undefined) finish('SAFETY')
      else fail(state.hasBegun ? brokenOff() : emptyStream())
    },
    take: () => builder.take(),
  }
}

function notJson(): ChatError {
  return new ChatError('upstream-changed', 'The upstream sent an event that is no JSON object')
}

function emptyStream(): ChatError {
  return new ChatError('upstream-truncated', 'The upstream ended its answer without having begun it', {
    code: 'empty_stream',
  })
}

function brokenOff(): ChatError {
  return new ChatError('upstream-truncated', 'The upstream broke off before the end of its answer')
}
