import { AnswerBuilder, type WayBack } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickNumber, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import type { FinishReason, StreamPart } from '../../chat/stream-part.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { Usage } from '../../chat/usage.ts'
import type { StreamReader } from '../wire-codec.ts'
import { readTexts } from './read-delta.ts'
import { readFinishFailure, readFinishReason } from './read-finish.ts'
import { createTextReader } from './read-texts.ts'
import { createToolCallReader } from './read-tool-calls.ts'
import { readUsage } from './read-usage.ts'

/** Reads chunks that are parsed already; a whole answer is read as one chunk. */
export type ChunkReader = {
  chunk(value: unknown): void
  /** `[DONE]`. */
  done(): void
  end(): void
  take(): readonly StreamPart[]
}

/** Reads the events of a chat completion stream. */
export function createStreamReader(wayBack: WayBack = {}): StreamReader {
  const reader = createChunkReader(wayBack)
  return {
    repeatsFrames: true,
    push({ data }) {
      if (data === '[DONE]') reader.done()
      else if (data.trim() !== '') reader.chunk(parseJson(data))
      return reader.take()
    },
    end() {
      reader.end()
      return reader.take()
    },
  }
}

export function createChunkReader(wayBack: WayBack): ChunkReader {
  const builder = new AnswerBuilder(wayBack)
  const texts = createTextReader(builder)
  const state: State = { finishes: new Map(), usage: undefined, id: '' }
  const calls = createToolCallReader(builder, wayBack, () =>
    state.id.replaceAll(/[^a-zA-Z0-9_-]/g, '').slice(-24),
  )

  function fail(error: ChatError): void {
    if (state.usage !== undefined) builder.usage(state.usage)
    builder.fail(error)
  }
  function finish(): void {
    texts.close()
    const error = calls.end() ?? finishFailure(state)
    if (error !== undefined) {
      fail(error)
      return
    }
    if (state.usage !== undefined) builder.usage(state.usage)
    builder.finish(sayReason(state, texts.isRefusal()))
  }
  function read(chunk: JsonObject): void {
    state.usage = readUsage(chunk.usage) ?? readUsage(pickObject(chunk, 'x_groq')?.usage) ?? state.usage
    const choices = pickRecords(chunk, 'choices')
    if (choices.length === 0) return
    state.id ||= pickText(chunk, 'id') ?? String(pickNumber(chunk, 'created') ?? '')
    builder.start(pickText(chunk, 'id'), pickText(chunk, 'model'))
    for (const [position, choice] of choices.entries()) readChoice(choice, position)
  }
  function readChoice(choice: JsonObject, position: number): void {
    const delta = pickObject(choice, 'delta') ?? pickObject(choice, 'message') ?? {}
    for (const piece of readTexts(delta)) texts.push(piece)
    if (hasCalls(delta)) {
      texts.close()
      calls.read(delta)
    }
    const index = pickNumber(choice, 'index') ?? position
    state.finishes.set(index, pickText(choice, 'finish_reason') ?? state.finishes.get(index))
  }
  return {
    chunk(value) {
      if (builder.isDone) return
      const error = isJsonObject(value) ? readErrorValue(value) : undefined
      if (error !== undefined) fail(upstreamError(error))
      else if (isJsonObject(value)) read(value)
      else fail(notJson())
    },
    done() {
      if (builder.isDone) return
      if (state.finishes.size === 0) fail(emptyStream())
      else finish()
    },
    end() {
      if (builder.isDone) return
      if (isFinished(state)) finish()
      else fail(brokenOff())
    },
    take: () => builder.take(),
  }
}

type State = {
  /** The finish reason of each choice that was seen. */
  readonly finishes: Map<number, string | undefined>
  usage: Usage | undefined
  id: string
}

function isFinished({ finishes }: State): boolean {
  return finishes.size > 0 && [...finishes.values()].every((reason) => reason !== undefined)
}

function hasCalls(delta: JsonObject): boolean {
  return (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0) || isJsonObject(delta.function_call)
}

function finishFailure({ finishes }: State): ChatError | undefined {
  for (const word of finishes.values()) {
    const failure = word === undefined ? undefined : readFinishFailure(word)
    if (failure !== undefined) return failure
  }
  return undefined
}

/** The reasons of all choices in one: what cut the answer short outranks a call, and a call outranks a stop. */
function sayReason({ finishes }: State, isRefusal: boolean): FinishReason | undefined {
  const reasons = [...finishes.values()].filter((word) => word !== undefined).map(readFinishReason)
  for (const reason of ['length', 'refused', 'tool-calls'] as const)
    if (reasons.includes(reason)) return reason
  if (isRefusal) return 'refused'
  return reasons.length === 0 ? undefined : 'stop'
}

function notJson(): ChatError {
  return new ChatError('upstream-changed', 'The upstream sent an event that is no JSON object')
}

function emptyStream(): ChatError {
  return new ChatError('upstream-changed', 'The upstream ended its answer without having begun it', {
    code: 'empty_stream',
  })
}

function brokenOff(): ChatError {
  return new ChatError('upstream-truncated', 'The upstream broke off before the end of its answer')
}
