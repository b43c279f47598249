import type { Capabilities } from '../../chat/capabilities.ts'
import type { ChatRequest } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { effortOf, nearestEffort } from '../../chat/effort.ts'
import type { JsonObject } from '../../chat/json.ts'
import { jsonHint, withHint } from '../../chat/json-hint.ts'
import { normaliseRequest } from '../../chat/normalise-request.ts'
import { changedNames } from '../../chat/written-names.ts'
import type { WireTarget, WrittenRequest } from '../wire-codec.ts'
import { carries, writeMessages } from './write-messages.ts'
import { writeTools } from './write-tools.ts'

const MOST_STOP_SEQUENCES = 4
const LONGEST_USER = 64
const SERVICE_TIERS = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])

/** Fields of a client of the same protocol whose answer the canonical parts could not carry. */
const NOT_CARRIED = new Set([
  'logprobs',
  'top_logprobs',
  'modalities',
  'audio',
  'moderation',
  'stream_options',
])

export function writeRequest(request: ChatRequest, target: WireTarget): WrittenRequest {
  const { capabilities } = target
  const normal = normaliseRequest(request, {
    capabilities,
    keeps: (part) => carries(part, capabilities),
    laterSystem: capabilities.systemAnywhere ? 'keep' : 'note',
    hostedProtocol: 'openai-chat',
  })
  const format = writeFormat(request, capabilities)
  const turns = format.hint === undefined ? normal.turns : withHint(normal.turns, format.hint)
  const body: JsonObject = dropAbsent({
    ...writeExtras(request),
    model: target.model,
    messages: writeMessages(turns, capabilities),
    ...writeTools(normal, capabilities),
    ...writeLimits(request, capabilities),
    ...writeSampling(request, capabilities),
    reasoning_effort: writeEffort(request, capabilities),
    response_format: format.field,
    ...writeWishes(request),
    stream: target.stream,
    stream_options: target.stream && capabilities.streamUsage ? { include_usage: true } : undefined,
  })
  return { body, toolNames: changedNames(normal.identities), identities: normal.identities }
}

/** A client of the same protocol may know fields of this upstream that we do not; they go first, so ours win. */
function writeExtras({ extras }: ChatRequest): JsonObject {
  if (extras?.protocol !== 'openai-chat') return {}
  return Object.fromEntries(Object.entries(extras.fields).filter(([name]) => !NOT_CARRIED.has(name)))
}

function writeLimits(request: ChatRequest, capabilities: Capabilities): JsonObject {
  const wish = request.maxOutputTokens
  const limit = wish === undefined ? undefined : Math.min(wish, capabilities.largestMaxTokens ?? wish)
  const stop = request.stopSequences?.filter((sequence) => sequence !== '').slice(0, MOST_STOP_SEQUENCES)
  return dropAbsent({
    [capabilities.maxTokensField]: limit === 0 ? 1 : limit,
    stop: stop === undefined || stop.length === 0 ? undefined : stop,
  })
}

function writeSampling(request: ChatRequest, capabilities: Capabilities): JsonObject {
  if (!capabilities.sampling) return {}
  return dropAbsent({
    temperature: request.temperature,
    top_p: request.topP,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    seed: request.seed,
  })
}

function writeEffort({ reasoning }: ChatRequest, { effortLevels }: Capabilities): string | undefined {
  const wish = reasoning === undefined ? undefined : effortOf(reasoning)
  return wish === undefined ? undefined : nearestEffort(wish, effortLevels)
}

function writeFormat(
  { answerFormat }: ChatRequest,
  capabilities: Capabilities,
): { field?: JsonObject; hint?: string } {
  if (answerFormat === undefined || answerFormat.type === 'text') return {}
  if (answerFormat.type !== 'json-schema') return { field: { type: 'json_object' } }
  if (!capabilities.jsonSchemaFormat) return { field: { type: 'json_object' }, hint: jsonHint(answerFormat) }
  const { name, description, schema, strict } = answerFormat
  return {
    field: {
      type: 'json_schema',
      json_schema: dropAbsent({ name: name ?? 'answer', description, schema, strict }),
    },
  }
}

function writeWishes(request: ChatRequest): JsonObject {
  const { user, serviceTier } = request
  return dropAbsent({
    verbosity: request.verbosity,
    user: user === undefined || user.length > LONGEST_USER ? undefined : user,
    metadata: request.metadata,
    service_tier: serviceTier !== undefined && SERVICE_TIERS.has(serviceTier) ? serviceTier : undefined,
    prompt_cache_key: request.promptCacheKey,
  })
}
