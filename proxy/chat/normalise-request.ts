import type { Capabilities } from './capabilities.ts'
import { ChatError } from './chat-error.ts'
import type { ChatRequest, Part, Turn } from './chat-request.ts'
import { wrapCustomInput } from './custom-tool.ts'
import { mergeTurns } from './merge-turns.ts'
import { moveResultImages } from './move-result-images.ts'
import { type NormalisedTools, normaliseTools } from './normalise-tools.ts'
import { pairToolResults } from './pair-tool-results.ts'
import type { ProtocolId } from './protocol-id.ts'
import { nameTools, type ToolIdentity, type ToolNames } from './tool-names.ts'

/** What a writer wants of the one normaliser, beside its upstream's capabilities. */
export type NormaliseWish = {
  readonly capabilities: Capabilities
  /** Which parts the upstream's API can carry; the others are left out. */
  readonly keeps: (part: Part) => boolean
  /** What becomes of system turns behind the first other turn: they stay, join the first, or become notes of the user. */
  readonly laterSystem: 'keep' | 'hoist' | 'note'
  /** Tools that only an upstream of this protocol runs are kept for it. */
  readonly hostedProtocol?: ProtocolId
}

/** A request that every upstream of its API takes, and the way back for the names that changed. */
export type NormalisedRequest = {
  readonly turns: readonly Turn[]
  readonly identities: ReadonlyMap<string, ToolIdentity>
} & NormalisedTools

/**
 * The one place between decoding and writing that puts a conversation in order: results behind their calls, turns
 * merged, empty pieces left out, ids and names made fit, schemas made objects. Equal requests give equal results.
 */
export function normaliseRequest(request: ChatRequest, wish: NormaliseWish): NormalisedRequest {
  refuseUntranslatable(request)
  const names = nameTools(request, wish.capabilities.toolNameMax)
  const turns = request.turns.map((turn) => cleanTurn(turn, names, wish))
  const paired = pairToolResults(placeSystem(turns, wish), wish.capabilities.callIdMax)
  return {
    turns: wish.capabilities.imagesInToolResults ? paired : paired.map(moveResultImages),
    identities: names.identities,
    ...normaliseTools(request, names, wish),
  }
}

function refuseUntranslatable(request: ChatRequest): void {
  if (request.untranslatable !== undefined) throw request.untranslatable
  if ((request.answerCount ?? 1) > 1) {
    throw new ChatError('invalid-request', 'n must be 1 for this model: ask once for each answer', {
      param: 'n',
    })
  }
  const modalities = request.extras?.fields.modalities
  if (Array.isArray(modalities) && modalities.includes('audio')) {
    throw new ChatError('invalid-request', 'modalities: this model cannot answer with audio', {
      param: 'modalities',
    })
  }
}

function cleanTurn(turn: Turn, names: ToolNames, wish: NormaliseWish): Turn {
  const parts = turn.parts
    .filter((part) => !isBlank(part) && wish.keeps(part))
    .map((part) => renamePart(part, names, wish))
  const role = turn.role === 'developer' && !wish.capabilities.developerRole ? 'system' : turn.role
  return { role, parts }
}

function isBlank(part: Part): boolean {
  return (part.type === 'text' || part.type === 'refusal') && part.text.trim() === ''
}

function renamePart(part: Part, names: ToolNames, wish: NormaliseWish): Part {
  if (part.type !== 'tool-call') return part
  const { namespace, ...call } = part
  const named = { ...call, name: names.sent(part.name, namespace) }
  if (part.kind === 'function' || wish.capabilities.customTools === true) return named
  return { ...named, argumentsText: wrapCustomInput(part.argumentsText) }
}

function placeSystem(turns: readonly Turn[], wish: NormaliseWish): readonly Turn[] {
  const first = turns.findIndex((turn) => !isSystem(turn) && turn.parts.length > 0)
  if (wish.laterSystem === 'keep' || first < 0) return turns
  const head = turns.slice(0, first)
  const tail = turns.slice(first)
  if (wish.laterSystem === 'note') return [...head, ...tail.map(asNote)]
  return [...mergeTurns([...head, ...tail.filter(isSystem)]), ...tail.filter((turn) => !isSystem(turn))]
}

function isSystem(turn: Turn): boolean {
  return turn.role === 'system' || turn.role === 'developer'
}

function asNote(turn: Turn): Turn {
  if (!isSystem(turn)) return turn
  const parts = turn.parts.map((part) =>
    part.type === 'text' ? { ...part, text: `<system>\n${part.text}\n</system>` } : part,
  )
  return { role: 'user', parts }
}
