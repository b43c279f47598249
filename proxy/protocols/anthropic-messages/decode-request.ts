import { ChatError } from '../../chat/chat-error.ts'
import type { AnswerFormat, ChatRequest, Reasoning } from '../../chat/chat-request.ts'
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
  optionalStrings,
  requiredString,
  unknownFields,
} from '../../chat/read-fields.ts'
import { decodeTurns } from './decode-messages.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'

/** Fields with a place of their own in the canonical request; all others are extras. */
const KNOWN = new Set(
  `model system messages tools tool_choice max_tokens temperature top_p top_k stop_sequences thinking output_config output_format
  metadata service_tier stream thread`.split(/\s+/),
)

export function decodeRequest(object: JsonObject): ChatRequest {
  const body: Fields = { object, path: '' }
  refuseThread(body)
  const extras = unknownFields(object, KNOWN)
  const metadata = optionalFields(body, 'metadata')
  return dropAbsent({
    model: decodeModel(body),
    turns: decodeTurns(body),
    tools: decodeTools(body),
    ...decodeToolChoice(body),
    maxOutputTokens: optionalCount(body, 'max_tokens'),
    temperature: optionalNumber(body, 'temperature'),
    topP: optionalNumber(body, 'top_p'),
    topK: optionalNumber(body, 'top_k'),
    stopSequences: optionalStrings(body, 'stop_sequences'),
    reasoning: decodeReasoning(body),
    answerFormat: decodeFormat(body),
    user: metadata === undefined ? undefined : optionalString(metadata, 'user_id'),
    serviceTier: optionalString(body, 'service_tier'),
    stream: optionalBoolean(body, 'stream') ?? false,
    includeUsage: false,
    extras: extras === undefined ? undefined : { protocol: 'anthropic-messages' as const, fields: extras },
  })
}

function decodeModel(body: Fields): string {
  const model = requiredString(body, 'model')
  if (model === '') throw missingField('model')
  return model
}

/** Threads live on Anthropic's servers. Told in these words, the official SDK sends the whole history instead (1.11). */
function refuseThread(body: Fields): void {
  if (body.object.thread === undefined || body.object.thread === null) return
  throw new ChatError(
    'invalid-request',
    'thread: message threads are not supported here; send the whole conversation',
    {
      param: 'thread',
      details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] },
    },
  )
}

function decodeReasoning(body: Fields): Reasoning | undefined {
  const config = optionalFields(body, 'output_config')
  const effort = config === undefined ? undefined : readEffort(optionalString(config, 'effort'))
  const thinking = optionalFields(body, 'thinking')
  if (thinking === undefined) return effort === undefined ? undefined : { mode: 'effort', effort }
  if (thinking.object.type === 'disabled') return { mode: 'off' }
  const budgetTokens = optionalCount(thinking, 'budget_tokens')
  const mode = budgetTokens === undefined ? ('adaptive' as const) : ('budget' as const)
  return dropAbsent({ mode, effort, budgetTokens, showThoughts: decodeDisplay(thinking) })
}

function decodeDisplay(thinking: Fields): boolean | undefined {
  const display = optionalString(thinking, 'display')
  if (display === 'summarized') return true
  return display === 'omitted' ? false : undefined
}

function decodeFormat(body: Fields): AnswerFormat | undefined {
  const config = optionalFields(body, 'output_config')
  const format = (config && optionalFields(config, 'format')) ?? optionalFields(body, 'output_format')
  if (format?.object.type !== 'json_schema') return undefined
  return { type: 'json-schema', schema: optionalObject(format, 'schema') ?? {} }
}
