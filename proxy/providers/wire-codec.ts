import type { WayBack } from '../chat/answer-builder.ts'
import type { Capabilities } from '../chat/capabilities.ts'
import type { ChatAnswer } from '../chat/chat-answer.ts'
import type { ChatError } from '../chat/chat-error.ts'
import type { ChatRequest } from '../chat/chat-request.ts'
import type { JsonObject } from '../chat/json.ts'
import type { ProtocolId } from '../chat/protocol-id.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import type { StreamPart } from '../chat/stream-part.ts'

/** The upstream side of one HTTP API: values in, values out. The relay carries the bytes. */
export type WireCodec = {
  readonly protocol: ProtocolId
  /** Path below the base URL, with a leading slash. */
  path(target: WireTarget): string
  /** Headers that authenticate and name the API's version, in lower case. */
  headers(credential: string): Record<string, string>
  /** The body to send. Equal requests give equal bodies: no clock, no random ids. */
  writeRequest(request: ChatRequest, target: WireTarget): WrittenRequest
  createStreamReader(written?: WrittenRequest): StreamReader
  /** Reads a whole answer. Throws `ChatError` (`upstream-changed`, or what an error object inside a 200 says). */
  readAnswer(body: unknown, written?: WrittenRequest): ChatAnswer
  readError(response: ErrorResponse): ChatError
}

export type WireTarget = {
  readonly model: string
  readonly stream: boolean
  readonly capabilities: Capabilities
}

/** A body, and what the reader needs to undo what writing changed (shortened tool names: sent name → the client's). */
export type WrittenRequest = {
  readonly body: JsonObject
  readonly toolNames?: ReadonlyMap<string, string>
} & WayBack

/**
 * Reads an upstream's events as parts. `push` takes one event, `end` is called once when the bytes end. Between them
 * they give exactly one `finish` or `error`: a stream that ends without its terminal event is an error
 * (`upstream-truncated`), never a stop. Events after the terminal one are ignored.
 */
export type StreamReader = {
  push(event: SseEvent): readonly StreamPart[]
  end(): readonly StreamPart[]
  /** An event that says one delta of text leaves the reader as it was: it may be left out without the reader missing it. */
  readonly repeatsFrames?: true
}

/** An answer with a failure status. Header names are in lower case; `text` is at most 64 KiB. */
export type ErrorResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}
