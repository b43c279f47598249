import type { ChatRequest, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import { withHint } from '../../chat/json-hint.ts'
import { normaliseRequest } from '../../chat/normalise-request.ts'
import { changedNames } from '../../chat/written-names.ts'
import type { WireTarget, WrittenRequest } from '../wire-codec.ts'
import { createCacheMarks } from './cache-marks.ts'
import { ANSWER_TOOL, planFormat } from './plan-format.ts'
import { planThinking } from './plan-thinking.ts'
import { carries, writeBlocks, writeTurn } from './write-blocks.ts'
import { writeTools } from './write-tools.ts'

const LONGEST_USER = 256

/** Fields of a client of the same protocol that need no beta header. */
const CARRIED = ['inference_geo']

export function writeRequest(request: ChatRequest, target: WireTarget): WrittenRequest {
  const { capabilities } = target
  const normal = normaliseRequest(request, {
    capabilities,
    keeps: carries,
    laterSystem: 'hoist',
    hostedProtocol: 'anthropic-messages',
  })
  const format = planFormat(request, capabilities, normal.tools.length > 0)
  const turns = format.hint === undefined ? normal.turns : withHint(normal.turns, format.hint)
  const isForced =
    format.answerTool !== undefined ||
    normal.toolChoice?.type === 'required' ||
    normal.toolChoice?.type === 'named'
  const { system, messages } = splitSystem(turns)
  const plan = planThinking({ request, turns: messages, capabilities, isForced })
  const marks = createCacheMarks({
    tools: normal.tools,
    turns: [...system, ...messages],
    isKnown: capabilities.cacheControl,
  })
  const tools = writeTools(normal, marks)
  const systemBlocks = system.flatMap((turn) => writeBlocks(turn.parts, marks))
  const body: JsonObject = dropAbsent({
    ...writeExtras(request),
    model: target.model,
    max_tokens: plan.maxTokens,
    ...(format.answerTool === undefined ? tools : forceAnswer(format.answerTool)),
    system: systemBlocks.length === 0 ? undefined : systemBlocks,
    messages: messages.map((turn) => writeTurn(turn, marks)),
    thinking: plan.thinking,
    output_config: outputConfig(plan.effort, format.field),
    ...(plan.isOn || !capabilities.sampling ? {} : writeSampling(request)),
    ...writeWishes(request),
    stream: target.stream,
  })
  const written = { body, toolNames: changedNames(normal.identities), identities: normal.identities }
  return format.answerTool === undefined ? written : { ...written, answerTool: ANSWER_TOOL }
}

function forceAnswer(tool: JsonObject): JsonObject {
  return { tools: [tool], tool_choice: { type: 'tool', name: ANSWER_TOOL } }
}

function outputConfig(effort: string | undefined, format: JsonObject | undefined): JsonObject | undefined {
  return effort === undefined && format === undefined ? undefined : dropAbsent({ effort, format })
}

/** Anthropic wants at least one message, and the first one from the user. */
function splitSystem(turns: readonly Turn[]): {
  readonly system: readonly Turn[]
  readonly messages: readonly Turn[]
} {
  const system = turns.filter((turn) => isSystem(turn))
  const messages = turns.filter((turn) => !isSystem(turn))
  if (messages.length === 0) {
    return {
      system: system.slice(0, -1),
      messages: system.slice(-1).map(({ parts }) => ({ role: 'user', parts })),
    }
  }
  if (messages[0]?.role === 'user') return { system, messages }
  return { system, messages: [{ role: 'user', parts: [{ type: 'text', text: 'Go on.' }] }, ...messages] }
}

function isSystem(turn: Turn): boolean {
  return turn.role === 'system' || turn.role === 'developer'
}

function writeExtras({ extras }: ChatRequest): JsonObject {
  if (extras?.protocol !== 'anthropic-messages') return {}
  return Object.fromEntries(
    CARRIED.filter((name) => name in extras.fields).map((name) => [name, extras.fields[name]]),
  )
}

/** Anthropic takes 0 to 1, and one of the two only. */
function writeSampling({ temperature, topP, topK }: ChatRequest): JsonObject {
  return dropAbsent({
    temperature: clampOne(temperature),
    top_p: temperature === undefined ? clampOne(topP) : undefined,
    top_k: topK,
  })
}

function clampOne(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.min(1, Math.max(0, value))
}

function writeWishes({ stopSequences, user, serviceTier }: ChatRequest): JsonObject {
  const stops = stopSequences?.filter((sequence) => sequence.trim() !== '') ?? []
  return dropAbsent({
    stop_sequences: stops.length === 0 ? undefined : stops,
    metadata: user === undefined || user.length > LONGEST_USER ? undefined : { user_id: user },
    service_tier: serviceTier === 'auto' || serviceTier === 'standard_only' ? serviceTier : undefined,
  })
}
