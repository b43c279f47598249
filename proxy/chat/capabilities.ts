import type { Effort } from './chat-request.ts'

/**
 * What an upstream can take, as data: encoders ask this record, never the model's name. Provider presets give it, the
 * provider's settings may override it, and a model's entry may override that.
 */
export type Capabilities = {
  /** Longest tool name in characters. Longer ones are shortened with a hash and mapped back. */
  readonly toolNameMax: number
  /** Longest call id in characters. */
  readonly callIdMax: number
  /** Whether tools are taken at all. */
  readonly tools: boolean
  /** The name of the output limit in OpenAI chat. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens'
  /** The output limit used where the upstream demands one and the client gave none. */
  readonly defaultMaxTokens: number
  /** The largest output limit the upstream takes; larger wishes are clamped. */
  readonly largestMaxTokens?: number
  /** Whether a tool result may hold images; otherwise they follow in a user message. */
  readonly imagesInToolResults: boolean
  /** Whether the upstream wants the reasoning of earlier assistant turns back (`reasoning_content`). */
  readonly wantsReasoningBack: boolean
  /** Whether `developer` is a role; otherwise it becomes `system`. */
  readonly developerRole: boolean
  /** Whether a system message may stand inside the list. */
  readonly systemAnywhere: boolean
  readonly cacheControl: boolean
  /** Effort levels in rising order; empty: none can be asked for. */
  readonly effortLevels: readonly Effort[]
  /** Anthropic: how thinking is asked for. */
  readonly thinkingStyle: 'adaptive' | 'budget' | 'none'
  /** Whether temperature and top_p may be sent. */
  readonly sampling: boolean
  /** Whether `response_format` / `output_config.format` takes a JSON schema. */
  readonly jsonSchemaFormat: boolean
  /** Whether `stream_options.include_usage` is known. */
  readonly streamUsage: boolean
  readonly schemaDialect: 'json-schema' | 'openapi'
  /** Whether tools that take free text (OpenAI's `custom`) are taken; absent: they become functions with one string. */
  readonly customTools?: boolean
}

/** What a well-behaved upstream takes; presets override what differs. */
export const DEFAULT_CAPABILITIES: Capabilities = {
  toolNameMax: 64,
  callIdMax: 64,
  tools: true,
  maxTokensField: 'max_tokens',
  defaultMaxTokens: 8192,
  imagesInToolResults: false,
  wantsReasoningBack: false,
  developerRole: false,
  systemAnywhere: true,
  cacheControl: false,
  effortLevels: ['low', 'medium', 'high'],
  thinkingStyle: 'none',
  sampling: true,
  jsonSchemaFormat: true,
  streamUsage: true,
  schemaDialect: 'json-schema',
}
