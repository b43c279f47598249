import type { Capabilities } from '../../chat/capabilities.ts'
import type { ChatRequest, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { budgetOfEffort, effortOf, nearestEffort } from '../../chat/effort.ts'
import type { JsonObject } from '../../chat/json.ts'
import { jsonHint, withHint } from '../../chat/json-hint.ts'
import { normaliseRequest } from '../../chat/normalise-request.ts'
import { toOpenapiSchema } from '../../chat/schema-openapi.ts'
import { changedNames } from '../../chat/written-names.ts'
import type { WireTarget, WrittenRequest } from '../wire-codec.ts'
import { carries, writeContents } from './write-contents.ts'
import { writeTools } from './write-tools.ts'

const MOST_STOP_SEQUENCES = 5

/** Fields of a client of the same protocol that this API knows beside those that are written here. */
const CARRIED = ['safetySettings', 'cachedContent', 'labels']

export function writeRequest(request: ChatRequest, target: WireTarget): WrittenRequest {
  const { capabilities } = target
  const normal = normaliseRequest(request, {
    capabilities,
    keeps: carries,
    laterSystem: 'note',
    hostedProtocol: 'gemini',
  })
  const format = planFormat(request, capabilities, normal.tools.length > 0)
  const turns = format.hint === undefined ? normal.turns : withHint(normal.turns, format.hint)
  const { system, contents } = splitSystem(turns)
  const config = dropAbsent({
    ...writeLimits(request, capabilities),
    ...(capabilities.sampling ? writeSampling(request) : {}),
    ...format.fields,
    thinkingConfig: writeThinking(request, capabilities),
  })
  const body: JsonObject = dropAbsent({
    ...writeExtras(request),
    systemInstruction: system.length === 0 ? undefined : { parts: system.map((text) => ({ text })) },
    contents: writeContents(contents),
    ...writeTools(normal, capabilities),
    generationConfig: Object.keys(config).length === 0 ? undefined : config,
  })
  return { body, toolNames: changedNames(normal.identities), identities: normal.identities }
}

/** Gemini wants contents to begin and to end with the user: an answer that was begun is gone on with when asked. */
function splitSystem(turns: readonly Turn[]): {
  readonly system: readonly string[]
  readonly contents: readonly Turn[]
} {
  const isSystem = ({ role }: Turn) => role === 'system' || role === 'developer'
  const textsOf = ({ parts }: Turn) => parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  const contents = turns.filter((turn) => !isSystem(turn))
  const system = turns.filter(isSystem)
  if (contents.length === 0) {
    const last = system.slice(-1).map(({ parts }): Turn => ({ role: 'user', parts }))
    return { system: system.slice(0, -1).flatMap(textsOf), contents: last.length === 0 ? [GO_ON] : last }
  }
  const before = contents[0]?.role === 'user' ? [] : [GO_ON]
  const behind = contents.at(-1)?.role === 'user' ? [] : [GO_ON]
  return { system: system.flatMap(textsOf), contents: [...before, ...contents, ...behind] }
}

const GO_ON: Turn = { role: 'user', parts: [{ type: 'text', text: 'Go on.' }] }

function writeExtras({ extras }: ChatRequest): JsonObject {
  if (extras?.protocol !== 'gemini') return {}
  return Object.fromEntries(
    CARRIED.filter((name) => name in extras.fields).map((name) => [name, extras.fields[name]]),
  )
}

function writeLimits(request: ChatRequest, { largestMaxTokens }: Capabilities): JsonObject {
  const { maxOutputTokens: wish, stopSequences } = request
  const stops = stopSequences?.filter((sequence) => sequence !== '').slice(0, MOST_STOP_SEQUENCES) ?? []
  return dropAbsent({
    maxOutputTokens: wish === undefined ? undefined : Math.max(1, Math.min(wish, largestMaxTokens ?? wish)),
    stopSequences: stops.length === 0 ? undefined : stops,
  })
}

function writeSampling(request: ChatRequest): JsonObject {
  return dropAbsent({
    temperature: request.temperature,
    topP: request.topP,
    topK: request.topK,
    seed: request.seed,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
  })
}

/** Gemini does not take a JSON answer and functions together (2.5, seen 2026-11): then it is asked for in words. */
function planFormat(
  { answerFormat }: ChatRequest,
  { jsonSchemaFormat, schemaDialect }: Capabilities,
  hasTools: boolean,
): { readonly fields?: JsonObject; readonly hint?: string } {
  if (answerFormat === undefined || answerFormat.type === 'text') return {}
  if (hasTools) return { hint: jsonHint(answerFormat) }
  const fields = { responseMimeType: 'application/json' }
  if (answerFormat.type !== 'json-schema') return { fields }
  if (!jsonSchemaFormat) return { fields, hint: jsonHint(answerFormat) }
  const { schema } = answerFormat
  return {
    fields:
      schemaDialect === 'openapi'
        ? { ...fields, responseSchema: toOpenapiSchema(schema) }
        : { ...fields, responseJsonSchema: schema },
  }
}

/** Models with levels cannot be kept from thinking altogether: the lowest level is as near as they come. */
function writeThinking({ reasoning }: ChatRequest, capabilities: Capabilities): JsonObject | undefined {
  const { thinkingStyle, effortLevels } = capabilities
  if (reasoning === undefined || thinkingStyle === 'none') return undefined
  const includeThoughts = reasoning.mode !== 'off' && reasoning.showThoughts !== false
  const effort = effortOf(reasoning)
  if (thinkingStyle === 'budget') {
    const thinkingBudget = reasoning.budgetTokens ?? (effort === undefined ? -1 : budgetOfEffort(effort))
    return { includeThoughts, thinkingBudget }
  }
  const level = effort === undefined ? undefined : (nearestEffort(effort, effortLevels) ?? effortLevels[0])
  return dropAbsent({ includeThoughts, thinkingLevel: level })
}
