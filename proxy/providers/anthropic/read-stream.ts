import { AnswerBuilder, type WayBack } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickNumber, pickObject, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import type { FinishReason, StreamPart } from '../../chat/stream-part.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { StreamReader } from '../wire-codec.ts'
import { type BlockReader, createBlockReader } from './read-blocks.ts'
import { type AnthropicUsage, joinUsage, toUsage } from './read-usage.ts'

/** Reads events that are parsed already; a whole message is read as the events it would have come in. */
export type MessageReader = {
  event(value: unknown): void
  end(): void
  take(): readonly StreamPart[]
}

/** Reads the events of a Messages stream. The type in the data counts; the event's name is not needed. */
export function createStreamReader(wayBack: WayBack = {}): StreamReader {
  const reader = createMessageReader(wayBack)
  return {
    repeatsFrames: true,
    push({ data }) {
      // Gateways add OpenAI's end marker to this stream too (seen 2026-08).
      if (data.trim() !== '' && data !== '[DONE]') reader.event(parseJson(data))
      return reader.take()
    },
    end() {
      reader.end()
      return reader.take()
    },
  }
}

type State = {
  usage: AnthropicUsage
  /** The message's `stop_reason`: undefined until one came. */
  stopReason: string | undefined
  stopSequence: string | undefined
  hasBegun: boolean
}

export function createMessageReader(wayBack: WayBack): MessageReader {
  const builder = new AnswerBuilder(wayBack)
  const blocks = createBlockReader(builder)
  const state: State = { usage: {}, stopReason: undefined, stopSequence: undefined, hasBegun: false }

  function begin(message: JsonObject | undefined): void {
    if (state.hasBegun) return
    state.hasBegun = true
    builder.start(pickText(message, 'id'), pickText(message, 'model'))
    state.usage = joinUsage(state.usage, pickObject(message, 'usage'))
    builder.usage(toUsage(state.usage))
  }
  function fail(error: ChatError): void {
    builder.usage(toUsage(state.usage))
    builder.fail(error)
  }
  function finish(): void {
    blocks.stopAll()
    builder.usage(toUsage(state.usage))
    const reason = state.stopReason === undefined ? undefined : readStopReason(state.stopReason)
    builder.finish(reason, state.stopSequence)
  }
  /** `ping`, and events of later days, are passed over. */
  function read(event: JsonObject): void {
    if (event.type === 'message_start') begin(pickObject(event, 'message'))
    else if (event.type === 'message_delta') keepEnd(state, event)
    else if (event.type === 'message_stop' && state.hasBegun) finish()
    else if (event.type === 'message_stop') fail(emptyStream())
    else if (isNamelessCall(event)) fail(namelessCall())
    else if (isBlockEvent(event)) {
      begin(undefined)
      readBlockEvent(blocks, event)
    }
  }
  return {
    event(value) {
      if (builder.isDone) return
      const error = isJsonObject(value) ? readErrorValue(value) : undefined
      if (error !== undefined) fail(upstreamError(error))
      else if (isJsonObject(value)) read(value)
      else fail(notJson())
    },
    end() {
      if (builder.isDone) return
      if (state.stopReason === undefined) fail(brokenOff())
      else finish()
    },
    take: () => builder.take(),
  }
}

/** Usage and the stop reason come in `message_delta`, sometimes in more than one. */
function keepEnd(state: State, event: JsonObject): void {
  const delta = pickObject(event, 'delta')
  state.usage = joinUsage(state.usage, pickObject(event, 'usage'))
  state.stopReason = pickText(delta, 'stop_reason') ?? state.stopReason
  state.stopSequence = pickText(delta, 'stop_sequence') ?? state.stopSequence
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
