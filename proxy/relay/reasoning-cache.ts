import type { ChatRequest, OpaqueCarrier, Part, ToolCallPart, Turn } from '../chat/chat-request.ts'
import { parseJson } from '../chat/pick-fields.ts'
import type { StreamPart } from '../chat/stream-part.ts'

/** What was thought before a call, and the call's own signature. */
export type RememberedReasoning = {
  readonly thinking: readonly Extract<Part, { type: 'thinking' | 'redacted-thinking' }>[]
  readonly signature?: OpaqueCarrier
}

/**
 * Remembers the reasoning of calls for clients that do not give it back. Bounded in bytes, the least used going first.
 * A call is known by its owner, id, name and arguments, for some upstreams count their ids from 0 in each answer.
 */
export type ReasoningCache = {
  find(owner: string, call: ToolCallPart): RememberedReasoning | undefined
  keep(owner: string, call: ToolCallPart, reasoning: RememberedReasoning): void
  readonly bytes: number
}

export function createReasoningCache({ maxBytes }: { readonly maxBytes: number }): ReasoningCache {
  /** In the order of use: the first one is the next to go. */
  const entries = new Map<string, { readonly reasoning: RememberedReasoning; readonly bytes: number }>()
  let bytes = 0
  function drop(key: string): void {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  return {
    get bytes() {
      return bytes
    },
    find(owner, call) {
      const key = keyOf(owner, call)
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.reasoning
    },
    keep(owner, call, reasoning) {
      const key = keyOf(owner, call)
      const size = 2 * (key.length + JSON.stringify(reasoning).length)
      drop(key)
      if (size > maxBytes) return
      entries.set(key, { reasoning, bytes: size })
      bytes += size
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
  }
}

/** Clients write arguments anew, but keep what they say. */
function keyOf(owner: string, { id, name, argumentsText }: ToolCallPart): string {
  const value = argumentsText.trim() === '' ? {} : parseJson(argumentsText)
  return JSON.stringify([owner, id, name, value ?? argumentsText])
}

export type ReasoningOwner = { readonly cache: ReasoningCache; readonly owner: string }

/** Whether a part says anything of thoughts or calls. */
export function tellsReasoning({ type }: StreamPart): boolean {
  return type.startsWith('thinking') || type.startsWith('tool-call') || type === 'redacted-thinking'
}

/** Keeps, with each call of an answer, what was thought before it. `push` takes the answer's parts in order. */
export function rememberReasoning({ cache, owner }: ReasoningOwner): { push(part: StreamPart): void } {
  const thinking: RememberedReasoning['thinking'][number][] = []
  const texts = new Map<number, string[]>()
  const calls = new Map<number, ToolCallPart>()
  return {
    push(part) {
      switch (part.type) {
        case 'thinking-start':
        case 'tool-call-start':
          texts.set(part.key, [])
          if (part.type === 'tool-call-start') calls.set(part.key, openCall(part))
          return
        case 'thinking-delta':
        case 'tool-call-delta':
          texts.get(part.key)?.push(part.text)
          return
        case 'thinking-end': {
          const text = texts.get(part.key)?.join('') ?? ''
          thinking.push({ type: 'thinking', text, ...(part.signature && { signature: part.signature }) })
          return
        }
        case 'redacted-thinking':
          thinking.push({ type: 'redacted-thinking', carrier: part.carrier })
          return
        case 'tool-call-end': {
          const call = calls.get(part.key)
          if (call === undefined || (thinking.length === 0 && part.signature === undefined)) return
          const argumentsText = texts.get(part.key)?.join('') ?? ''
          cache.keep(
            owner,
            { ...call, argumentsText },
            { thinking: [...thinking], ...(part.signature && { signature: part.signature }) },
          )
          return
        }
        default:
          return
      }
    },
  }
}

function openCall(part: Extract<StreamPart, { type: 'tool-call-start' }>): ToolCallPart {
  const { id, name, kind } = part
  return { type: 'tool-call', id, name, kind, argumentsText: '' }
}

/** The request with what its client left out: the thoughts before calls, and the signatures of calls. */
export function withRememberedReasoning(request: ChatRequest, { cache, owner }: ReasoningOwner): ChatRequest {
  let isChanged = false
  let hasThoughts = false
  const turns = request.turns.map((turn): Turn => {
    // Calls of one round may stand in turns of their own, behind a turn with their thoughts.
    if (turn.role !== 'assistant') hasThoughts = false
    else hasThoughts ||= turn.parts.some(isThought)
    const known = turn.role === 'assistant' && turn.parts.some((part) => part.type === 'tool-call')
    if (!known) return turn
    const parts = completeParts(turn.parts, { cache, owner }, hasThoughts)
    hasThoughts ||= parts.some(isThought)
    if (parts.every((part, index) => part === turn.parts[index])) return turn
    isChanged = true
    return { ...turn, parts }
  })
  return isChanged ? { ...request, turns } : request
}

function completeParts(
  parts: readonly Part[],
  { cache, owner }: ReasoningOwner,
  hasThoughts: boolean,
): readonly Part[] {
  let missing: readonly Part[] | undefined
  const signed = parts.map((part) => {
    if (part.type !== 'tool-call') return part
    const found = cache.find(owner, part)
    missing ??= found?.thinking
    if (found?.signature === undefined || part.signature !== undefined) return part
    return { ...part, signature: found.signature }
  })
  return hasThoughts || missing === undefined ? signed : [...missing, ...signed]
}

function isThought(part: Part): boolean {
  return part.type === 'thinking' || part.type === 'redacted-thinking'
}
