import type { AnswerFormat, ChatRequest, Reasoning } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { readEffort } from '../../chat/effort.ts'
import { assignPresent, FieldGroups, KNOWN, UNKNOWN } from '../../chat/field-groups.ts'
import type { JsonObject } from '../../chat/json.ts'
import {
  type Fields,
  missingField,
  optionalBoolean,
  optionalCount,
  optionalFields,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalStrings,
  requiredString,
} from '../../chat/read-fields.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'

const TOOLS = 4
const LIMITS = 8
const SAMPLING = 16
const THINKING = 32
const FORMAT = 64
const WISHES = 128

/** Fields with a place of their own in the canonical request, by what they are about; all others are extras. */
const GROUPS = new FieldGroups([
  [KNOWN, 'model messages stream stream_options'],
  [TOOLS, 'tools functions tool_choice function_call parallel_tool_calls'],
  [LIMITS, 'max_completion_tokens max_tokens n'],
  [SAMPLING, 'temperature top_p top_k stop seed presence_penalty frequency_penalty'],
  [THINKING, 'reasoning_effort reasoning thinking'],
  [FORMAT, 'response_format'],
  [WISHES, 'verbosity user metadata service_tier prompt_cache_key'],
  [WISHES | UNKNOWN, 'safety_identifier'],
])

export function decodeRequest(object: JsonObject): ChatRequest {
  const body: Fields = { object, path: '' }
  const request: ChatRequest = {
    model: decodeModel(body),
    turns: decodeMessages(body),
    tools: decodeTools(body),
    stream: optionalBoolean(body, 'stream') ?? false,
    includeUsage: decodeIncludeUsage(body),
  }
  // No request has all of the other fields: what is not there is not looked for.
  const has = GROUPS.in(object)
  if (has & TOOLS) assignPresent(request, decodeToolUse(body))
  if (has & LIMITS) assignPresent(request, decodeLimits(body))
  if (has & SAMPLING) assignPresent(request, decodeSampling(body))
  if (has & THINKING) assignPresent(request, { reasoning: decodeReasoning(body) })
  if (has & FORMAT) assignPresent(request, { answerFormat: decodeFormat(body) })
  if (has & WISHES) assignPresent(request, decodeWishes(body))
  if (has & UNKNOWN)
    assignPresent(request, { extras: { protocol: 'openai-chat', fields: GROUPS.unknownIn(object) } })
  return request
}

function decodeModel(body: Fields): string {
  const model = requiredString(body, 'model')
  if (model === '') throw missingField('model')
  return model
}

function decodeToolUse(body: Fields) {
  return {
    toolChoice: decodeToolChoice(body),
    parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
  }
}

function decodeLimits(body: Fields) {
  return {
    maxOutputTokens: optionalCount(body, 'max_completion_tokens') ?? optionalCount(body, 'max_tokens'),
    answerCount: optionalCount(body, 'n'),
  }
}

function decodeSampling(body: Fields) {
  return {
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'top_p'),
    topK: optionalNumber(body, 'top_k'),
    stopSequences: optionalStrings(body, 'stop'),
    seed: optionalNumber(body, 'seed'),
    presencePenalty: optionalNumber(body, 'presence_penalty'),
    frequencyPenalty: optionalNumber(body, 'frequency_penalty'),
  }
}

function decodeWishes(body: Fields) {
  return {
    verbosity: optionalString(body, 'verbosity'),
    user: optionalString(body, 'user') ?? optionalString(body, 'safety_identifier'),
    metadata: optionalObject(body, 'metadata'),
    serviceTier: optionalString(body, 'service_tier'),
    promptCacheKey: optionalString(body, 'prompt_cache_key'),
  }
}

/** `stream_options` of a request that does not stream is ignored, as OpenAI's SDKs leave it there. */
function decodeIncludeUsage(body: Fields): boolean {
  const options = optionalFields(body, 'stream_options')
  return options !== undefined && optionalBoolean(options, 'include_usage') === true
}

/** OpenAI's `reasoning_effort`, OpenRouter's `reasoning` and DeepSeek's `thinking`, in this order. */
function decodeReasoning(body: Fields): Reasoning | undefined {
  const effort = readEffort(optionalString(body, 'reasoning_effort'))
  if (effort !== undefined) return ofEffort(effort)
  const reasoning = optionalFields(body, 'reasoning')
  if (reasoning !== undefined) return decodeReasoningObject(reasoning)
  const thinking = optionalFields(body, 'thinking')
  if (thinking === undefined) return undefined
  const budgetTokens = optionalCount(thinking, 'budget_tokens')
  if (thinking.object.type === 'disabled') return { mode: 'off' }
  return budgetTokens === undefined ? { mode: 'adaptive' } : { mode: 'budget', budgetTokens }
}

function decodeReasoningObject(reasoning: Fields): Reasoning | undefined {
  if (optionalBoolean(reasoning, 'enabled') === false) return { mode: 'off' }
  const effort = readEffort(optionalString(reasoning, 'effort'))
  if (effort !== undefined) return ofEffort(effort)
  const budgetTokens = optionalCount(reasoning, 'max_tokens')
  if (budgetTokens !== undefined) return { mode: 'budget', budgetTokens }
  return reasoning.object.enabled === true ? { mode: 'adaptive' } : undefined
}

function ofEffort(effort: NonNullable<Reasoning['effort']>): Reasoning {
  return effort === 'none' ? { mode: 'off' } : { mode: 'effort', effort }
}

function decodeFormat(body: Fields): AnswerFormat | undefined {
  const format = optionalFields(body, 'response_format')
  switch (format?.object.type) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema':
      return decodeSchema(format)
    default:
      return undefined
  }
}

function decodeSchema(format: Fields): AnswerFormat {
  const wish = optionalFields(format, 'json_schema')
  if (wish === undefined) throw missingField('response_format.json_schema')
  return dropAbsent({
    type: 'json-schema' as const,
    name: optionalString(wish, 'name'),
    schema: optionalObject(wish, 'schema') ?? {},
    strict: optionalBoolean(wish, 'strict'),
    description: optionalString(wish, 'description'),
  })
}
