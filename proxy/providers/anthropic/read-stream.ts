import { AnswerBuilder, type WayBack } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickNumber, pickObject, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import type { SseEvent } from '../../chat/sse-event.ts'
import type { FinishReason, StreamPart } from '../../chat/stream-part.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { StreamReader } from '../wire-codec.ts'
import { BlockReader } from './read-blocks.ts'
import { type AnthropicUsage, joinUsage, toUsage } from './read-usage.ts'

/** Reads the events of a Messages stream. The type in the data counts; the event's name is not needed. */
export function createStreamReader(wayBack: WayBack = {}): StreamReader {
  return new MessageStreamReader(wayBack)
}

class MessageStreamReader implements StreamReader {
  readonly repeatsFrames = true
  readonly #message: MessageReader

  constructor(wayBack: WayBack) {
    this.#message = new MessageReader(wayBack)
  }

  push({ data }: SseEvent): readonly StreamPart[] {
    // Gateways add OpenAI's end marker to this stream too (seen 2026-08).
    if (data.trim() !== '' && data !== '[DONE]') this.#message.event(parseJson(data))
    return this.#message.take()
  }

  end(): readonly StreamPart[] {
    this.#message.end()
    return this.#message.take()
  }
}

/** Reads events that are parsed already; a whole message is read as the events it would have come in. */
export class MessageReader {
  readonly #builder: AnswerBuilder
  readonly #blocks: BlockReader
  #usage: AnthropicUsage = {}
  /** The message's `stop_reason`: undefined until one came. */
  #stopReason: string | undefined
  #stopSequence: string | undefined
  #hasBegun = false

  constructor(wayBack: WayBack) {
    this.#builder = new AnswerBuilder(wayBack)
    this.#blocks = new BlockReader(this.#builder)
  }

  event(value: unknown): void {
    if (this.#builder.isDone) return
    const error = isJsonObject(value) ? readErrorValue(value) : undefined
    if (error !== undefined) this.#fail(upstreamError(error))
    else if (isJsonObject(value)) this.#read(value)
    else this.#fail(notJson())
  }

  end(): void {
    if (this.#builder.isDone) return
    if (this.#stopReason === undefined) this.#fail(brokenOff())
    else this.#finish()
  }

  take(): readonly StreamPart[] {
    return this.#builder.take()
  }

  /** `ping`, and events of later days, are passed over. */
  #read(event: JsonObject): void {
    if (event.type === 'message_start') this.#begin(pickObject(event, 'message'))
    else if (event.type === 'message_delta') this.#keepEnd(event)
    else if (event.type === 'message_stop' && this.#hasBegun) this.#finish()
    else if (event.type === 'message_stop') this.#fail(emptyStream())
    else if (isNamelessCall(event)) this.#fail(namelessCall())
    else if (isBlockEvent(event)) {
      this.#begin(undefined)
      readBlockEvent(this.#blocks, event)
    }
  }

  #begin(message: JsonObject | undefined): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#builder.start(pickText(message, 'id'), pickText(message, 'model'))
    this.#usage = joinUsage(this.#usage, pickObject(message, 'usage'))
    this.#builder.usage(toUsage(this.#usage))
  }

  /** Usage and the stop reason come in `message_delta`, sometimes in more than one. */
  #keepEnd(event: JsonObject): void {
    const delta = pickObject(event, 'delta')
    this.#usage = joinUsage(this.#usage, pickObject(event, 'usage'))
    this.#stopReason = pickText(delta, 'stop_reason') ?? this.#stopReason
    this.#stopSequence = pickText(delta, 'stop_sequence') ?? this.#stopSequence
  }

  #fail(error: ChatError): void {
    this.#builder.usage(toUsage(this.#usage))
    this.#builder.fail(error)
  }

  #finish(): void {
    this.#blocks.stopAll()
    this.#builder.usage(toUsage(this.#usage))
    const reason = this.#stopReason === undefined ? undefined : readStopReason(this.#stopReason)
    this.#builder.finish(reason, this.#stopSequence)
  }
}

function isBlockEvent({ type }: JsonObject): boolean {
  return type === 'content_block_start' || type === 'content_block_delta' || type === 'content_block_stop'
}

function readBlockEvent(blocks: BlockReader, event: JsonObject): void {
  const index = pickNumber(event, 'index') ?? 0
  if (event.type === 'content_block_start') blocks.start(index, pickObject(event, 'content_block') ?? {})
  else if (event.type === 'content_block_delta') blocks.delta(index, pickObject(event, 'delta') ?? {})
  else blocks.stop(index)
}

function isNamelessCall(event: JsonObject): boolean {
  const block = event.type === 'content_block_start' ? pickObject(event, 'content_block') : undefined
  return block?.type === 'tool_use' && pickText(block, 'name') === undefined
}

function readStopReason(word: string): FinishReason {
  switch (word) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return 'tool-calls'
    case 'refusal':
      return 'refused'
    default:
      return 'stop'
  }
}

function emptyStream(): ChatError {
  return new ChatError('upstream-changed', 'The upstream ended its answer without having begun it', {
    code: 'empty_stream',
  })
}

function namelessCall(): ChatError {
  return new ChatError('upstream-changed', 'The upstream called a tool without saying which one')
}

function notJson(): ChatError {
  return new ChatError('upstream-changed', 'The upstream sent an event that is no JSON object')
}

function brokenOff(): ChatError {
  return new ChatError('upstream-truncated', 'The upstream broke off before the end of its answer')
}
