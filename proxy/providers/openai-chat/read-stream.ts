import { createAnswerBuilder, type TextKind, type WayBack } from '../../chat/answer-builder.ts'
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
  const builder = createAnswerBuilder(wayBack)
  const state: State = {
    finishes: new Map(),
    open: undefined,
    hasRefused: false,
    hasText: false,
    usage: undefined,
    id: '',
  }
  const calls = createToolCallReader(builder, wayBack, () =>
    state.id.replaceAll(/[^a-zA-Z0-9_-]/g, '').slice(-24),
  )

  function text(kind: TextKind, piece: string): void {
    if (state.open?.kind !== kind) {
      closeText()
      state.open = { kind, key: builder.openText(kind) }
    }
    if (kind === 'refusal') state.hasRefused = true
    if (kind === 'text') state.hasText = true
    builder.text(kind, state.open.key, piece)
  }
  function closeText(): void {
    if (state.open !== undefined) builder.closeText(state.open.kind, state.open.key)
    state.open = undefined
  }
  function choice(value: JsonObject, position: number): void {
    const delta = pickObject(value, 'delta') ?? pickObject(value, 'message') ?? {}
    for (const piece of readTexts(delta)) text(piece.kind, piece.text)
    if (hasCalls(delta)) {
      closeText()
      calls.read(delta)
    }
    const index = pickNumber(value, 'index') ?? position
    const finish = pickText(value, 'finish_reason')
    if (finish !== undefined) state.finishes.set(index, finish)
    else if (!state.finishes.has(index)) state.finishes.set(index, undefined)
  }
  function fail(error: ChatError): void {
    if (state.usage !== undefined) builder.usage(state.usage)
    builder.fail(error)
  }
  function finish(): void {
    closeText()
    const error = calls.end() ?? finishFailure(state)
    if (error !== undefined) return fail(error)
    if (state.usage !== undefined) builder.usage(state.usage)
    builder.finish(sayReason(state))
  }
  return {
    chunk(value) {
      if (builder.isDone) return
      if (!isJsonObject(value)) return fail(notJson())
      const error = readErrorValue(value)
      if (error !== undefined) return fail(upstreamError(error))
      state.usage = readUsage(value.usage) ?? readUsage(pickObject(value, 'x_groq')?.usage) ?? state.usage
      const choices = pickRecords(value, 'choices')
      if (choices.length === 0) return
      state.id ||= pickText(value, 'id') ?? String(pickNumber(value, 'created') ?? '')
      builder.start(pickText(value, 'id'), pickText(value, 'model'))
      for (const [position, each] of choices.entries()) choice(each, position)
    },
    done() {
      if (builder.isDone) return
      if (state.finishes.size === 0) fail(emptyStream())
      else finish()
    },
    end() {
      if (builder.isDone) return
      const isFinished =
        state.finishes.size > 0 && [...state.finishes.values()].every((reason) => reason !== undefined)
      if (isFinished) finish()
      else fail(new ChatError('upstream-truncated', 'The upstream broke off before the end of its answer'))
    },
    take: () => builder.take(),
  }
}

type State = {
  /** The finish reason of each choice that was seen. */
  readonly finishes: Map<number, string | undefined>
  open: { readonly kind: TextKind; readonly key: number } | undefined
  hasRefused: boolean
  hasText: boolean
  usage: Usage | undefined
  id: string
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
function sayReason({ finishes, hasRefused, hasText }: State): FinishReason | undefined {
  const reasons = [...finishes.values()].filter((word) => word !== undefined).map(readFinishReason)
  for (const reason of ['length', 'refused', 'tool-calls'] as const)
    if (reasons.includes(reason)) return reason
  if (hasRefused && !hasText) return 'refused'
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
