import { ChatError } from '../../chat/chat-error.ts'
import type { AnswerFormat, ChatRequest, Reasoning, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { readEffort } from '../../chat/effort.ts'
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
  requiredString,
  unknownFields,
} from '../../chat/read-fields.ts'
import type { DecodeContext } from '../protocol.ts'
import { decodeItems } from './decode-items.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import { resolveInput } from './resolve-input.ts'

/** Fields with a place of their own in the canonical request; all others are extras. */
const KNOWN = new Set(
  `model input instructions tools tool_choice parallel_tool_calls max_output_tokens temperature top_p reasoning text user
  safety_identifier metadata service_tier prompt_cache_key stream`.split(/\s+/),
)

export function decodeRequest(object: JsonObject, context: DecodeContext = {}): ChatRequest {
  const body: Fields = { object, path: '' }
  const { items, missing } = resolveInput(body, context.remembered)
  const extras = unknownFields(object, KNOWN)
  return dropAbsent({
    model: decodeModel(body),
    turns: [...decodeInstructions(body), ...decodeItems(items)],
    tools: decodeTools(body, items),
    toolChoice: decodeToolChoice(body),
    parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
    maxOutputTokens: optionalCount(body, 'max_output_tokens'),
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'top_p'),
    reasoning: decodeReasoning(body),
    ...decodeText(body),
    user: optionalString(body, 'user') ?? optionalString(body, 'safety_identifier'),
    metadata: optionalObject(body, 'metadata'),
    serviceTier: optionalString(body, 'service_tier'),
    promptCacheKey: optionalString(body, 'prompt_cache_key'),
    stream: optionalBoolean(body, 'stream') ?? false,
    includeUsage: false,
    untranslatable: missing ?? serverState(body),
    extras: extras === undefined ? undefined : { protocol: 'openai-responses' as const, fields: extras },
  })
}

/** What lives on OpenAI's servers only: answers in the background, conversations and stored prompts. */
function serverState({ object }: Fields): ChatError | undefined {
  if (object.background === true) return unknownHere('background', 'answers in the background')
  if (object.conversation != null) return unknownHere('conversation', 'conversations')
  return object.prompt == null ? undefined : unknownHere('prompt', 'stored prompts')
}

function unknownHere(param: string, what: string): ChatError {
  const message = `${param}: Portside keeps no ${what}; send the whole conversation as input`
  return new ChatError('invalid-request', message, { param })
}

function decodeModel(body: Fields): string {
  const model = requiredString(body, 'model')
  if (model === '') throw missingField('model')
  return model
}

function decodeInstructions(body: Fields): readonly Turn[] {
  const text = optionalString(body, 'instructions')
  return text ? [{ role: 'system', parts: [{ type: 'text', text }] }] : []
}

function decodeReasoning(body: Fields): Reasoning | undefined {
  const reasoning = optionalFields(body, 'reasoning')
  if (reasoning === undefined) return undefined
  const effort = readEffort(optionalString(reasoning, 'effort'))
  if (effort === 'none') return { mode: 'off' }
  const summary = optionalString(reasoning, 'summary') ?? optionalString(reasoning, 'generate_summary')
  const showThoughts = summary === undefined || summary === 'none' ? undefined : true
  if (effort === undefined) return showThoughts === undefined ? undefined : { mode: 'adaptive', showThoughts }
  return dropAbsent({ mode: 'effort' as const, effort, showThoughts })
}

function decodeText(body: Fields): { answerFormat?: AnswerFormat; verbosity?: string } {
  const text = optionalFields(body, 'text')
  if (text === undefined) return {}
  return dropAbsent({ answerFormat: decodeFormat(text), verbosity: optionalString(text, 'verbosity') })
}

function decodeFormat(text: Fields): AnswerFormat | undefined {
  const format = optionalFields(text, 'format')
  switch (format?.object.type) {
    case 'text':
      return { type: 'text' }
    case 'json_object':
      return { type: 'json' }
    case 'json_schema':
      return dropAbsent({
        type: 'json-schema' as const,
        name: optionalString(format, 'name'),
        schema: optionalObject(format, 'schema') ?? {},
        strict: optionalBoolean(format, 'strict'),
        description: optionalString(format, 'description'),
      })
    default:
      return undefined
  }
}
