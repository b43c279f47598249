import { createCallIds } from './call-ids.ts'
import type { Part, ToolCallPart, ToolResultPart, Turn } from './chat-request.ts'
import { mergeTurns } from './merge-turns.ts'

/** A call and the result that answers it. */
type Slot = { readonly call: ToolCallPart; readonly turn: number; result?: ToolResultPart }

type Pairing = {
  readonly newId: (wish: string) => string
  /** Calls by the id that the client gave them. */
  readonly byClientId: Map<string, Slot[]>
  /** Calls by the id that is sent. */
  readonly bySentId: Map<string, Slot>
}

/**
 * Puts the results of each assistant turn directly behind it, in the order of its calls and before all other content.
 * Results without a call and second results are left out; a call without a result gets one that says so.
 */
export function pairToolResults(turns: readonly Turn[], callIdMax: number): readonly Turn[] {
  const pairing: Pairing = { newId: createCallIds(callIdMax), byClientId: new Map(), bySentId: new Map() }
  // Turns are joined while the results still stand between them: they part one round of calls from the next.
  const answered = mergeTurns(
    turns.map((turn, index) => ({ ...turn, parts: takeParts(pairing, turn, index) })),
  )
  return mergeTurns(answered.flatMap((turn) => withResults(pairing, turn)))
}

function takeParts(pairing: Pairing, turn: Turn, index: number): readonly Part[] {
  return turn.parts.flatMap((part): readonly Part[] => {
    if (part.type === 'tool-call') return [openSlot(pairing, part, index)]
    if (part.type === 'tool-result') return answerSlot(pairing, part)
    return [part]
  })
}

function openSlot(pairing: Pairing, part: ToolCallPart, turn: number): ToolCallPart {
  const call = { ...part, id: pairing.newId(part.id) }
  const slot: Slot = { call, turn }
  const slots = pairing.byClientId.get(part.id)
  if (slots === undefined) pairing.byClientId.set(part.id, [slot])
  else slots.push(slot)
  pairing.bySentId.set(call.id, slot)
  return call
}

/** Some upstreams count their ids from 0 in each answer, so a result belongs to the latest turn that waits for it. */
function answerSlot(pairing: Pairing, result: ToolResultPart): readonly ToolResultPart[] {
  const waiting = (pairing.byClientId.get(result.callId) ?? []).filter((slot) => slot.result === undefined)
  const latest = waiting.at(-1)?.turn
  const slot = waiting.find(({ turn }) => turn === latest)
  if (slot === undefined) return []
  slot.result = { ...result, callId: slot.call.id, kind: slot.call.kind }
  return [slot.result]
}

function withResults(pairing: Pairing, turn: Turn): readonly Turn[] {
  const results = turn.parts.flatMap((part) => {
    const slot = part.type === 'tool-call' ? pairing.bySentId.get(part.id) : undefined
    return slot === undefined ? [] : [slot.result ?? noResult(slot.call)]
  })
  const rest = { role: turn.role, parts: turn.parts.filter((part) => part.type !== 'tool-result') }
  return [rest, { role: 'user', parts: results }]
}

function noResult(call: ToolCallPart): ToolResultPart {
  return {
    type: 'tool-result',
    callId: call.id,
    parts: [{ type: 'text', text: 'No result: this call was not carried out.' }],
    isError: true,
    kind: call.kind,
  }
}
