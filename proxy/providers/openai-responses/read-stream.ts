import { AnswerBuilder, type WayBack } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import { readErrorValue } from '../../chat/read-error-envelope.ts'
import type { FinishReason, StreamPart } from '../../chat/stream-part.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { StreamReader } from '../wire-codec.ts'
import { readFailure } from './read-error.ts'
import { createItemReader } from './read-items.ts'
import { readUsage } from './read-usage.ts'

/** Reads events that are parsed already; a whole response is read as its terminal event. */
export type ResponseReader = {
  event(value: unknown): void
  end(): void
  take(): readonly StreamPart[]
}

/** Reads the events of a Responses stream. The type in the data counts; the event's name is not needed. */
export function createStreamReader(wayBack: WayBack = {}): StreamReader {
  const reader = createResponseReader(wayBack)
  return {
    push({ data }) {
      // Gateways add the end marker of chat completions to this stream too (seen 2026-08).
      if (data.trim() !== '' && data !== '[DONE]') reader.event(parseJson(data))
      return reader.take()
    },
    end() {
      reader.end()
      return reader.take()
    },
  }
}

export function createResponseReader(wayBack: WayBack): ResponseReader {
  const builder = new AnswerBuilder(wayBack)
  const items = createItemReader(builder)
  function finish(response: JsonObject, reason: FinishReason | undefined): void {
    for (const [index, item] of pickRecords(response, 'output').entries()) items.settle(index, item)
    const failure = items.endAll()
    const usage = readUsage(response.usage)
    if (usage !== undefined) builder.usage(usage)
    if (failure === undefined) builder.finish(reason ?? (items.isRefusal() ? 'refused' : undefined))
    else builder.fail(failure)
  }
  function fail(error: ChatError, response?: JsonObject): void {
    const usage = readUsage(response?.usage)
    if (usage !== undefined) builder.usage(usage)
    builder.fail(error)
  }
  /** Events of later days, and those of tools that the upstream runs, are passed over. */
  function read(event: JsonObject): void {
    const response = pickObject(event, 'response') ?? {}
    switch (event.type) {
      case 'response.created':
      case 'response.in_progress':
        return builder.start(pickText(response, 'id'), pickText(response, 'model'))
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        builder.start(pickText(response, 'id'), pickText(response, 'model'))
        return readEnd(event.type, response)
      default:
        return items.read(event)
    }
  }
  /** The status inside the response outranks the event's name. */
  function readEnd(type: string, response: JsonObject): void {
    const status = pickText(response, 'status') ?? type.slice('response.'.length)
    if (status === 'failed' || status === 'cancelled') fail(failureOf(status, response), response)
    else finish(response, status === 'incomplete' ? readIncomplete(response) : undefined)
  }
  return {
    event(value) {
      if (builder.isDone) return
      const error = isJsonObject(value) ? errorIn(value) : undefined
      if (error !== undefined) fail(error)
      else if (isJsonObject(value)) read(value)
      else fail(notJson())
    },
    end() {
      if (!builder.isDone) fail(brokenOff())
    },
    take: () => builder.take(),
  }
}

/** An `error` event, flat or with an envelope, or an envelope without any type (gateways, seen 2026-08). */
function errorIn(event: JsonObject): ChatError | undefined {
  if (event.type !== 'error' && typeof event.type === 'string') return undefined
  if (isJsonObject(event.error)) return readFailure(event.error)
  if (event.type === 'error') return readFailure(event)
  const envelope = readErrorValue(event)
  return envelope === undefined ? undefined : upstreamError(envelope)
}

function failureOf(status: string, response: JsonObject): ChatError {
  if (status === 'failed') return readFailure(pickObject(response, 'error'))
  return new ChatError('upstream-unavailable', 'The upstream cancelled its answer', { code: 'cancelled' })
}

function readIncomplete(response: JsonObject): FinishReason {
  const reason = pickText(pickObject(response, 'incomplete_details'), 'reason')
  return reason === 'content_filter' ? 'refused' : 'length'
}

function notJson(): ChatError {
  return new ChatError('upstream-changed', 'The upstream sent an event that is no JSON object')
}

function brokenOff(): ChatError {
  return new ChatError('upstream-truncated', 'The upstream broke off before the end of its answer')
}
