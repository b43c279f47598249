import type { ChatAnswer } from '../chat/chat-answer.ts'
import type { ChatError } from '../chat/chat-error.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import type { JsonObject, JsonValue } from '../chat/json.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import type { StreamPart } from '../chat/stream-part.ts'

/** The client side of one API: values in, values out. A protocol knows neither HTTP nor any provider. */
export type Protocol = {
  readonly id: ProtocolId
  /** Reads a parsed body. Throws `ChatError` of kind `invalid-request` with `param` where a field is wrong. */
  decodeRequest(body: JsonObject, context?: DecodeContext): ChatRequest
  encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject
  createStreamEncoder(context: AnswerContext): StreamEncoder
  encodeError(error: ChatError, requestId: string): { readonly status: number; readonly body: JsonObject }
  /** The frame for an error after the first byte, where no encoder has run (pass-through). */
  encodeErrorEvent(error: ChatError, requestId: string): readonly SseEvent[]
  /** The text of an idle heartbeat, whole frames only; empty where the protocol's clients bear none. */
  readonly heartbeat: string
  /** The text of the end marker that a passed-through stream gets when its upstream ended well without one. */
  readonly missingEnd: string
}

/** What a request says outside of its body, and what is remembered of earlier ones. All of it is optional. */
export type DecodeContext = {
  /** The model and the wish to stream, where they stand in the path (Gemini). */
  readonly model?: string
  readonly stream?: boolean
  /** Earlier answers that a request may point to (Responses). Without it, such a request can only be passed through. */
  readonly remembered?: RememberedAnswers
}

/** Items of earlier answers, as they went over the wire. */
export type RememberedAnswers = {
  /** The item that an `item_reference` names. */
  item(id: string): JsonObject | undefined
  /** All items up to and with the answer that a `previous_response_id` names, in order. */
  history(answerId: string): readonly JsonObject[] | undefined
}

export type AnswerContext = {
  readonly requestId: string
  /** The model as the client named it: what the answer must say. */
  readonly model: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly request: ChatRequest
  /** The size of the prompt where somebody counted it: what protocols that demand usage say until the upstream does. */
  readonly estimatedInputTokens?: number
}

/**
 * Turns parts into the protocol's events, in order. `push` takes any part, the terminal one included, and after a
 * terminal part gives nothing more. Everything a client needs (first frame, block ends, end marker) is the encoder's.
 */
export type StreamEncoder = { push(part: StreamPart): readonly SseEvent[] }

export type { JsonValue }
