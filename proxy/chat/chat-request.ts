import type { ChatError } from './chat-error.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { ProtocolId } from './protocol-id.ts'

/**
 * The canonical request: what every protocol decodes to and every provider writes from. Turns hold ordered parts,
 * as Anthropic's do; flatter APIs flatten on their way out. A field that the client did not send is absent.
 */
export type ChatRequest = {
  readonly model: string
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stopSequences?: readonly string[]
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  /** How many answers are wanted; absent means one. */
  readonly answerCount?: number
  readonly reasoning?: Reasoning
  readonly answerFormat?: AnswerFormat
  readonly verbosity?: string
  /** A stable id of the end user, for the upstream's abuse checks. */
  readonly user?: string
  readonly metadata?: JsonObject
  readonly serviceTier?: string
  readonly promptCacheKey?: string
  readonly stream: boolean
  /** OpenAI chat only: the client asked for a usage chunk. Upstreams are asked for usage always. */
  readonly includeUsage: boolean
  /** Why this request can only be passed through as it came: it counts on something that its own upstream keeps. */
  readonly untranslatable?: ChatError
  /** Fields that only the client's own protocol knows, by name and as they came. A writer of the same protocol may use them. */
  readonly extras?: { readonly protocol: ProtocolId; readonly fields: JsonObject }
}

/**
 * One turn. `system` and `developer` turns may stand anywhere; tool results stand in `user` turns, before other content.
 */
export type Turn = {
  readonly role: 'system' | 'developer' | 'user' | 'assistant'
  readonly parts: readonly Part[]
}

export type Part =
  | TextPart
  | ImagePart
  | FilePart
  | AudioPart
  | RefusalPart
  | ThinkingPart
  | RedactedThinkingPart
  | ToolCallPart
  | ToolResultPart
  | OpaquePart

/** `cacheControl` is Anthropic's cache mark, kept as it came. */
export type TextPart = { readonly type: 'text'; readonly text: string; readonly cacheControl?: JsonObject }

export type ImagePart = {
  readonly type: 'image'
  readonly source: MediaSource
  /** OpenAI's `detail`: low, high, auto. */
  readonly detail?: string
  readonly cacheControl?: JsonObject
}

/** A document, such as a PDF. */
export type FilePart = {
  readonly type: 'file'
  readonly source: MediaSource
  readonly name?: string
  readonly cacheControl?: JsonObject
}

export type AudioPart = { readonly type: 'audio'; readonly data: string; readonly format: string }

/** Where media is: base64 text with its MIME type, a URL that the upstream fetches, or an id of an uploaded file. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  | { readonly kind: 'text'; readonly mediaType: string; readonly text: string }
  | { readonly kind: 'file-id'; readonly id: string }

export type RefusalPart = { readonly type: 'refusal'; readonly text: string }

/** Reasoning text. `signature` proves it to the upstream that made it and to no other. */
export type ThinkingPart = {
  readonly type: 'thinking'
  readonly text: string
  readonly signature?: OpaqueCarrier
}

export type RedactedThinkingPart = { readonly type: 'redacted-thinking'; readonly carrier: OpaqueCarrier }

/** Bytes that only their origin can read: a signature, encrypted reasoning. Never parsed, trimmed or logged. */
export type OpaqueCarrier = { readonly origin: ProtocolId; readonly data: string }

/** A call of a tool. `argumentsText` is the JSON text as the model wrote it (for `custom` tools: free text). */
export type ToolCallPart = {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  readonly argumentsText: string
  readonly kind: ToolKind
  readonly namespace?: string
  /** Gemini's `thoughtSignature` of the call. */
  readonly signature?: OpaqueCarrier
  readonly cacheControl?: JsonObject
}

export type ToolResultPart = {
  readonly type: 'tool-result'
  readonly callId: string
  /** The tool's name where the protocol says it (Gemini). */
  readonly name?: string
  readonly parts: readonly (TextPart | ImagePart | FilePart | OpaquePart)[]
  readonly isError: boolean
  readonly kind: ToolKind
  readonly cacheControl?: JsonObject
}

/** A block that only one protocol knows, kept for upstreams of the same protocol and left out for others. */
export type OpaquePart = {
  readonly type: 'opaque'
  readonly protocol: ProtocolId
  readonly raw: JsonValue
  /** What the block says in plain words, for upstreams of other protocols; absent where it can be left out. */
  readonly text?: string
}

export type ToolKind = 'function' | 'custom'

export type Tool = FunctionTool | CustomTool | HostedTool

/** A tool with a JSON schema for its arguments. */
export type FunctionTool = {
  readonly kind: 'function'
  readonly name: string
  readonly description?: string
  /** JSON schema of the arguments object, as the client sent it; absent where the client sent none. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly namespace?: string
  readonly cacheControl?: JsonObject
  /** Anthropic: the tool is not shown to the model until its search tool finds it. */
  readonly isDeferred?: boolean
}

/** A tool that takes free text (OpenAI's `custom`), perhaps bound by a grammar. */
export type CustomTool = {
  readonly kind: 'custom'
  readonly name: string
  readonly description?: string
  readonly format?: JsonObject
  readonly namespace?: string
}

/** A tool that the upstream runs itself (web search, code interpreter). Only its own protocol can name it. */
export type HostedTool = { readonly kind: 'hosted'; readonly protocol: ProtocolId; readonly raw: JsonObject }

export type ToolChoice =
  | { readonly type: 'none' | 'auto' | 'required' }
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[] }

/**
 * How much the model shall think. `off` forbids it, `adaptive` leaves it to the model, `budget` gives tokens,
 * `effort` gives a level. `showThoughts` asks for readable thoughts.
 */
export type Reasoning = {
  readonly mode: 'off' | 'adaptive' | 'budget' | 'effort'
  readonly effort?: Effort
  readonly budgetTokens?: number
  readonly showThoughts?: boolean
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export type AnswerFormat =
  | { readonly type: 'text' | 'json' }
  | {
      readonly type: 'json-schema'
      readonly name?: string
      readonly schema: JsonObject
      readonly strict?: boolean
      readonly description?: string
    }
