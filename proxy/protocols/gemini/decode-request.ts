import type { AnswerFormat, ChatRequest, Reasoning } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { readEffort } from '../../chat/effort.ts'
import type { JsonObject } from '../../chat/json.ts'
import {
  type Fields,
  missingField,
  optionalBoolean,
  optionalCount,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalStrings,
  unknownFields,
} from '../../chat/read-fields.ts'
import { fromOpenapiSchema } from '../../chat/schema-from-openapi.ts'
import type { DecodeContext } from '../protocol.ts'
import { camelFields, optionalCamel } from './camel-fields.ts'
import { decodeContents } from './decode-contents.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'

/** Fields with a place of their own in the canonical request; all others are extras. */
const KNOWN = new Set(['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig'])

export function decodeRequest(object: JsonObject, context: DecodeContext = {}): ChatRequest {
  const body = camelFields({ object, path: '' })
  const config = optionalCamel(body, 'generationConfig') ?? { object: {}, path: 'generationConfig' }
  const extras = unknownFields(body.object, KNOWN)
  return dropAbsent({
    model: decodeModel(body, context),
    turns: decodeContents(body),
    tools: decodeTools(body),
    toolChoice: decodeToolChoice(body),
    maxOutputTokens: optionalCount(config, 'maxOutputTokens'),
    ...decodeSampling(config),
    answerCount: optionalCount(config, 'candidateCount'),
    reasoning: decodeReasoning(config),
    answerFormat: decodeFormat(config),
    stream: context.stream ?? false,
    includeUsage: false,
    extras: extras === undefined ? undefined : { protocol: 'gemini' as const, fields: extras },
  })
}

/** The model stands in the path, with or without `models/` before it. */
function decodeModel(body: Fields, context: DecodeContext): string {
  const model = (context.model ?? optionalString(body, 'model') ?? '').replace(/^models\//, '')
  if (model === '') throw missingField('model')
  return model
}

function decodeSampling(config: Fields) {
  return {
    temperature: optionalNumber(config, 'temperature'),
    topP: optionalNumber(config, 'topP'),
    topK: optionalNumber(config, 'topK'),
    stopSequences: optionalStrings(config, 'stopSequences'),
    seed: optionalNumber(config, 'seed'),
    presencePenalty: optionalNumber(config, 'presencePenalty'),
    frequencyPenalty: optionalNumber(config, 'frequencyPenalty'),
  }
}

/** A budget of 0 forbids thinking, one below leaves it to the model. */
function decodeReasoning(config: Fields): Reasoning | undefined {
  const thinking = optionalCamel(config, 'thinkingConfig')
  if (thinking === undefined) return undefined
  const showThoughts = optionalBoolean(thinking, 'includeThoughts')
  const effort = readEffort(optionalString(thinking, 'thinkingLevel')?.toLowerCase())
  if (effort !== undefined) return dropAbsent({ mode: 'effort' as const, effort, showThoughts })
  const budgetTokens = optionalNumber(thinking, 'thinkingBudget')
  if (budgetTokens === 0) return { mode: 'off' }
  if (budgetTokens === undefined || budgetTokens < 0)
    return dropAbsent({ mode: 'adaptive' as const, showThoughts })
  return dropAbsent({ mode: 'budget' as const, budgetTokens, showThoughts })
}

function decodeFormat(config: Fields): AnswerFormat | undefined {
  const type = optionalString(config, 'responseMimeType')
  const jsonSchema = optionalObject(config, 'responseJsonSchema')
  if (jsonSchema !== undefined) return { type: 'json-schema', schema: jsonSchema }
  const schema = optionalObject(config, 'responseSchema')
  if (schema !== undefined) return { type: 'json-schema', schema: fromOpenapiSchema(schema) }
  return type === 'application/json' ? { type: 'json' } : undefined
}
