import { AnswerBuilder, type WayBack } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickNumber, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { FinishReason, StreamPart } from '../../chat/stream-part.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { Usage } from '../../chat/usage.ts'
import type { StreamReader } from '../wire-codec.ts'
import { readTexts } from './read-delta.ts'
import { readFinishFailure, readFinishReason } from './read-finish.ts'
import { TextReader } from './read-texts.ts'
import { ToolCallReader } from './read-tool-calls.ts'
import { readUsage } from './read-usage.ts'

/** Reads the events of a chat completion stream. */
export function createStreamReader(wayBack: WayBack = {}): StreamReader {
  return new ChatStreamReader(wayBack)
}

class ChatStreamReader implements StreamReader {
  readonly repeatsFrames = true
  readonly #chunks: ChunkReader

  constructor(wayBack: WayBack) {
    this.#chunks = new ChunkReader(wayBack)
  }

  push({ data }: SseEvent): readonly StreamPart[] {
    if (data === '[DONE]') this.#chunks.done()
    else if (data.trim() !== '') this.#chunks.chunk(parseJson(data))
    return this.#chunks.take()
  }

  end(): readonly StreamPart[] {
    this.#chunks.end()
    return this.#chunks.take()
  }
}

/** Reads chunks that are parsed already; a whole answer is read as one chunk. */
export class ChunkReader {
  readonly #builder: AnswerBuilder
  readonly #texts: TextReader
  readonly #wayBack: WayBack
  #calls: ToolCallReader | undefined
  /** The finish reason of each choice that was seen. */
  readonly #finishes: Finishes = new Map()
  #usage: Usage | undefined
  #id = ''

  constructor(wayBack: WayBack) {
    this.#builder = new AnswerBuilder(wayBack)
    this.#texts = new TextReader(this.#builder)
    this.#wayBack = wayBack
  }

  chunk(value: unknown): void {
    if (this.#builder.isDone) return
    const error = isJsonObject(value) ? readErrorValue(value) : undefined
    if (error !== undefined) this.#fail(upstreamError(error))
    else if (isJsonObject(value)) this.#read(value)
    else this.#fail(notJson())
  }

  /** `[DONE]`. */
  done(): void {
    if (this.#builder.isDone) return
    if (this.#finishes.size === 0) this.#fail(emptyStream())
    else this.#finish()
  }

  end(): void {
    if (this.#builder.isDone) return
    if (isFinished(this.#finishes)) this.#finish()
    else this.#fail(brokenOff())
  }

  take(): readonly StreamPart[] {
    return this.#builder.take()
  }

  #fail(error: ChatError): void {
    if (this.#usage !== undefined) this.#builder.usage(this.#usage)
    this.#builder.fail(error)
  }

  #finish(): void {
    this.#texts.close()
    const error = this.#calls?.end(this.#answerId()) ?? finishFailure(this.#finishes)
    if (error !== undefined) return this.#fail(error)
    if (this.#usage !== undefined) this.#builder.usage(this.#usage)
    this.#builder.finish(sayReason(this.#finishes, this.#texts.isRefusal))
  }

  #read(chunk: JsonObject): void {
    this.#usage = readUsage(chunk.usage) ?? readUsage(pickObject(chunk, 'x_groq')?.usage) ?? this.#usage
    const choices = pickRecords(chunk, 'choices')
    if (choices.length === 0) return
    this.#id ||= pickText(chunk, 'id') ?? String(pickNumber(chunk, 'created') ?? '')
    this.#builder.start(pickText(chunk, 'id'), pickText(chunk, 'model'))
    for (const [position, choice] of choices.entries()) this.#readChoice(choice, position)
  }

  #readChoice(choice: JsonObject, position: number): void {
    const delta = pickObject(choice, 'delta') ?? pickObject(choice, 'message') ?? {}
    for (const piece of readTexts(delta)) this.#texts.push(piece)
    if (hasCalls(delta)) {
      this.#texts.close()
      this.#calls ??= new ToolCallReader(this.#builder, this.#wayBack)
      this.#calls.read(delta, this.#answerId())
    }
    const index = pickNumber(choice, 'index') ?? position
    this.#finishes.set(index, pickText(choice, 'finish_reason') ?? this.#finishes.get(index))
  }

  /** What of the answer's id may stand in the id of a call. */
  #answerId(): string {
    return this.#id.replaceAll(/[^a-zA-Z0-9_-]/g, '').slice(-24)
  }
}

/** By the index of the choice; undefined while it goes on. */
type Finishes = Map<number, string | undefined>

function isFinished(finishes: Finishes): boolean {
  return finishes.size > 0 && [...finishes.values()].every((reason) => reason !== undefined)
}

function hasCalls(delta: JsonObject): boolean {
  return (Array.isArray(delta.tool_calls) && delta.tool_calls.length > 0) || isJsonObject(delta.function_call)
}

function finishFailure(finishes: Finishes): ChatError | undefined {
  for (const word of finishes.values()) {
    const failure = word === undefined ? undefined : readFinishFailure(word)
    if (failure !== undefined) return failure
  }
  return undefined
}

/** The reasons of all choices in one: what cut the answer short outranks a call, and a call outranks a stop. */
function sayReason(finishes: Finishes, isRefusal: boolean): FinishReason | undefined {
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
