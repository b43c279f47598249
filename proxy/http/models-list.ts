import type { Model } from '../../contract/model.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { JsonObject } from '../chat/json.ts'
import type { Exchange } from './exchange.ts'
import { keyAllows } from './key-allows.ts'

/** Models carry no date here: a constant one keeps the lists equal from call to call. */
const CREATED_S = 1_767_225_600
const CREATED_AT = new Date(CREATED_S * 1000).toISOString()

/** The models that this caller may ask for, in the shape that its headers or prefix ask for. */
export function listModels(exchange: Exchange, models: readonly Model[]): JsonObject {
  const visible = visibleModels(exchange, models)
  if (wantsGemini(exchange)) return { models: visible.map(geminiModel) }
  if (!wantsAnthropic(exchange)) return { object: 'list', data: visible.map(openAiModel) }
  const data = visible.map(anthropicModel)
  return { data, has_more: false, first_id: visible[0]?.id ?? null, last_id: visible.at(-1)?.id ?? null }
}

/** One model. Throws `model-not-found`. */
export function showModel(exchange: Exchange, models: readonly Model[], id: string): JsonObject {
  const found = visibleModels(exchange, models).find((model) => model.id === id)
  if (found === undefined)
    throw new ChatError('model-not-found', `There is no model "${id.slice(0, 120)}"`, {
      code: 'model_not_found',
      param: 'model',
    })
  if (wantsGemini(exchange)) return geminiModel(found)
  return wantsAnthropic(exchange) ? anthropicModel(found) : openAiModel(found)
}

function visibleModels({ match, key }: Exchange, models: readonly Model[]): readonly Model[] {
  return models.filter(
    (model) =>
      (match?.provider === undefined || model.provider === match.provider) && keyAllows(key, model.id),
  )
}

/** Three families share `/v1/models`; their headers tell them apart. */
function wantsGemini({ match, request }: Exchange): boolean {
  return match?.route.protocol === 'gemini' || request.headers['x-goog-api-key'] !== undefined
}

function wantsAnthropic({ match, request }: Exchange): boolean {
  return match?.isAnthropic === true || request.headers['anthropic-version'] !== undefined
}

function openAiModel(model: Model): JsonObject {
  return { id: model.id, object: 'model', created: CREATED_S, owned_by: model.provider }
}

function anthropicModel(model: Model): JsonObject {
  return {
    type: 'model',
    id: model.id,
    display_name: model.displayName,
    created_at: CREATED_AT,
    ...(model.maxInputTokens === null ? {} : { max_input_tokens: model.maxInputTokens }),
    ...(model.maxOutputTokens === null ? {} : { max_tokens: model.maxOutputTokens }),
  }
}

function geminiModel(model: Model): JsonObject {
  return {
    name: `models/${model.id}`,
    displayName: model.displayName,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
    ...(model.maxInputTokens === null ? {} : { inputTokenLimit: model.maxInputTokens }),
    ...(model.maxOutputTokens === null ? {} : { outputTokenLimit: model.maxOutputTokens }),
  }
}
