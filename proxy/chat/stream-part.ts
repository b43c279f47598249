import type { ChatError } from './chat-error.ts'
import type { OpaqueCarrier, ToolKind } from './chat-request.ts'
import type { JsonValue } from './json.ts'
import type { ProtocolId } from './protocol-id.ts'
import type { Usage } from './usage.ts'

/**
 * One piece of what a model says. Blocks (text, thinking, refusal, tool call) have a `key`, unique in the answer and
 * counted up from 0 by the reader; blocks may be open side by side. Every stream of parts ends with exactly one
 * `finish` or `error`, and nothing follows it; a `finish` comes after every block has ended.
 */
export type StreamPart =
  | AnswerStart
  | { readonly type: 'text-start' | 'thinking-start' | 'refusal-start'; readonly key: number }
  | {
      readonly type: 'text-delta' | 'thinking-delta' | 'refusal-delta'
      readonly key: number
      readonly text: string
    }
  | { readonly type: 'text-end' | 'refusal-end'; readonly key: number }
  | ThinkingEnd
  | RedactedThinking
  | ToolCallStart
  | { readonly type: 'tool-call-delta'; readonly key: number; readonly text: string }
  | ToolCallEnd
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'opaque'; readonly protocol: ProtocolId; readonly raw: JsonValue }
  | Finish
  | { readonly type: 'error'; readonly error: ChatError }

export type AnswerStart = {
  readonly type: 'answer-start'
  /** The upstream's id of the answer. */
  readonly id?: string
  /** The model as the upstream names it. */
  readonly model?: string
}

export type ThinkingEnd = {
  readonly type: 'thinking-end'
  readonly key: number
  readonly signature?: OpaqueCarrier
}

/** Reasoning that the upstream hides: a whole block in one part. */
export type RedactedThinking = {
  readonly type: 'redacted-thinking'
  readonly key: number
  readonly carrier: OpaqueCarrier
}

/** Comes when id and name are known; the arguments follow as `tool-call-delta` text. */
export type ToolCallStart = {
  readonly type: 'tool-call-start'
  readonly key: number
  readonly id: string
  readonly name: string
  readonly kind: ToolKind
  readonly namespace?: string
}

export type ToolCallEnd = {
  readonly type: 'tool-call-end'
  readonly key: number
  readonly signature?: OpaqueCarrier
}

export type Finish = {
  readonly type: 'finish'
  readonly reason: FinishReason
  readonly stopSequence?: string
}

/**
 * Why the answer ended. `tool-calls` wins over `stop` whenever a client's tool was called; `refused` is a model or
 * policy that declined.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused'

/** Says whether a part is the last one of its answer. */
export function isTerminal(part: StreamPart): boolean {
  return part.type === 'finish' || part.type === 'error'
}

/** Says whether a part carries something that the client would see: the moment after which no attempt may be repeated. */
export function isOutput(part: StreamPart): boolean {
  switch (part.type) {
    case 'text-delta':
    case 'thinking-delta':
    case 'refusal-delta':
    case 'redacted-thinking':
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'opaque':
    case 'finish':
      return true
    default:
      return false
  }
}
