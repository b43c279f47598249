import type { Capabilities } from '../../chat/capabilities.ts'
import type { ChatRequest, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { effortOf, nearestEffort } from '../../chat/effort.ts'
import type { JsonObject } from '../../chat/json.ts'
import { jsonHint, withHint } from '../../chat/json-hint.ts'
import { normaliseRequest } from '../../chat/normalise-request.ts'
import { changedNames } from '../../chat/written-names.ts'
import type { WireTarget, WrittenRequest } from '../wire-codec.ts'
import { carries, writeItems } from './write-items.ts'
import { writeTools } from './write-tools.ts'

const LONGEST_USER = 64
/** OpenAI refuses a smaller limit (seen 2026-11). */
const SMALLEST_MAX_TOKENS = 16
const SERVICE_TIERS = new Set(['auto', 'default', 'flex', 'scale', 'priority', 'fast'])

/** Fields of a client of the same protocol that only its own upstream could honour, or that are written anew here. */
const NOT_CARRIED = new Set([
  'previous_response_id',
  'store',
  'include',
  'background',
  'conversation',
  'prompt',
  'stream_options',
  'top_logprobs',
  'moderation',
])

export function writeRequest(request: ChatRequest, target: WireTarget): WrittenRequest {
  const { capabilities } = target
  const normal = normaliseRequest(request, {
    capabilities,
    keeps: carries,
    laterSystem: capabilities.systemAnywhere ? 'keep' : 'note',
    hostedProtocol: 'openai-responses',
  })
  const format = writeFormat(request, capabilities)
  const turns = format.hint === undefined ? normal.turns : withHint(normal.turns, format.hint)
  const { instructions, rest } = splitInstructions(turns)
  const thinks = capabilities.effortLevels.length > 0 && request.reasoning?.mode !== 'off'
  const body: JsonObject = dropAbsent({
    ...writeExtras(request),
    model: target.model,
    instructions,
    input: writeItems(rest, capabilities),
    ...writeTools(normal, capabilities),
    max_output_tokens: writeLimit(request, capabilities),
    ...(capabilities.sampling ? dropAbsent({ temperature: request.temperature, top_p: request.topP }) : {}),
    reasoning: writeReasoning(request, capabilities),
    text: writeText(format.field, request.verbosity),
    ...writeWishes(request),
    // Nothing is kept upstream, so the reasoning must come back to us, encrypted.
    include: thinks ? ['reasoning.encrypted_content'] : undefined,
    store: false,
    stream: target.stream,
  })
  return { body, toolNames: changedNames(normal.identities), identities: normal.identities }
}

/** The system turns that a conversation begins with; later ones stay where they are. */
function splitInstructions(turns: readonly Turn[]): {
  readonly instructions: string | undefined
  readonly rest: readonly Turn[]
} {
  const first = turns.findIndex(
    ({ role, parts }) => !isSystem(role) || parts.some(({ type }) => type !== 'text'),
  )
  const head = first < 0 ? turns : turns.slice(0, first)
  const texts = head.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
  )
  return {
    instructions: texts.length === 0 ? undefined : texts.join('\n\n'),
    rest: first < 0 ? [] : turns.slice(first),
  }
}

function isSystem(role: Turn['role']): boolean {
  return role === 'system' || role === 'developer'
}

/** A client of the same protocol may know fields of this upstream that we do not; they go first, so ours win. */
function writeExtras({ extras }: ChatRequest): JsonObject {
  if (extras?.protocol !== 'openai-responses') return {}
  return Object.fromEntries(Object.entries(extras.fields).filter(([name]) => !NOT_CARRIED.has(name)))
}

function writeLimit(request: ChatRequest, { largestMaxTokens }: Capabilities): number | undefined {
  const wish = request.maxOutputTokens
  if (wish === undefined) return undefined
  return Math.max(SMALLEST_MAX_TOKENS, Math.min(wish, largestMaxTokens ?? wish))
}

function writeReasoning({ reasoning }: ChatRequest, { effortLevels }: Capabilities): JsonObject | undefined {
  if (reasoning === undefined || effortLevels.length === 0) return undefined
  const wish = effortOf(reasoning)
  const effort = wish === undefined ? undefined : nearestEffort(wish, effortLevels)
  const summary = reasoning.mode === 'off' || reasoning.showThoughts === false ? undefined : 'auto'
  return effort === undefined && summary === undefined ? undefined : dropAbsent({ effort, summary })
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
    field: dropAbsent({
      type: 'json_schema',
      name: name ?? 'answer',
      description,
      schema,
      strict: strict ?? false,
    }),
  }
}

function writeText(format: JsonObject | undefined, verbosity: string | undefined): JsonObject | undefined {
  return format === undefined && verbosity === undefined ? undefined : dropAbsent({ format, verbosity })
}

function writeWishes(request: ChatRequest): JsonObject {
  const { user, serviceTier } = request
  return dropAbsent({
    user: user === undefined || user.length > LONGEST_USER ? undefined : user,
    metadata: request.metadata,
    service_tier: serviceTier !== undefined && SERVICE_TIERS.has(serviceTier) ? serviceTier : undefined,
    prompt_cache_key: request.promptCacheKey,
  })
}
