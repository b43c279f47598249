import { ChatError } from './chat-error.ts'
import type { OpaqueCarrier, ToolKind } from './chat-request.ts'
import { unwrapCustomInput } from './custom-tool.ts'
import { dropAbsent } from './drop-absent.ts'
import { isParallelWrapper, unwrapParallel } from './parallel-wrapper.ts'
import type { FinishReason, StreamPart } from './stream-part.ts'
import { isWholeObject } from './tool-arguments.ts'
import type { ToolIdentity } from './tool-names.ts'
import type { Usage } from './usage.ts'

/** What writing a request changed, so that reading its answer can undo it. */
export type WayBack = {
  /** Sent tool name → the client's tool, for every tool of the request. */
  readonly identities?: ReadonlyMap<string, ToolIdentity>
  /** The tool that was forced on the model to get JSON: its arguments are the answer's text. */
  readonly answerTool?: string
  readonly toolNames?: ReadonlyMap<string, string>
}

export type TextKind = 'text' | 'thinking' | 'refusal'

/** A call as the upstream sends it: its arguments arrive in pieces, `end` closes it. */
export type OpenCall = { push(text: string): void; end(signature?: OpaqueCarrier): void }

type Building = {
  readonly wayBack: WayBack
  parts: StreamPart[]
  nextKey: number
  isStarted: boolean
  isDone: boolean
  hasSaid: boolean
  calls: number
  brokenCalls: number
}

const NOTHING: readonly StreamPart[] = []

/**
 * Builds the parts of one answer for a stream reader: counts keys, gives tools their names back, and sees to it that
 * the answer ends once. `take` hands over what was built since the last time.
 */
export class AnswerBuilder {
  readonly #building: Building

  constructor(wayBack: WayBack = {}) {
    this.#building = {
      wayBack,
      parts: [],
      nextKey: 0,
      isStarted: false,
      isDone: false,
      hasSaid: false,
      calls: 0,
      brokenCalls: 0,
    }
  }

  get isDone(): boolean {
    return this.#building.isDone
  }

  take(): readonly StreamPart[] {
    const { parts } = this.#building
    if (parts.length === 0) return NOTHING
    this.#building.parts = []
    return parts
  }

  start(id: string | undefined, model: string | undefined): void {
    if (this.#building.isStarted) return
    this.#building.isStarted = true
    this.#building.parts.push(dropAbsent({ type: 'answer-start' as const, id, model }))
  }

  openText(kind: TextKind): number {
    return openText(this.#building, kind)
  }

  text(kind: TextKind, key: number, text: string): void {
    if (text === '') return
    this.#building.hasSaid = true
    this.#building.parts.push({ type: `${kind}-delta`, key, text })
  }

  closeText(kind: TextKind, key: number, signature?: OpaqueCarrier): void {
    if (kind === 'thinking')
      this.#building.parts.push(dropAbsent({ type: 'thinking-end' as const, key, signature }))
    else this.#building.parts.push({ type: `${kind}-end`, key })
  }

  redacted(carrier: OpaqueCarrier): void {
    this.#building.parts.push({ type: 'redacted-thinking', key: this.#building.nextKey++, carrier })
  }

  opaque(part: Extract<StreamPart, { type: 'opaque' }>): void {
    this.#building.hasSaid = true
    this.#building.parts.push(part)
  }

  openCall(id: string, name: string, kind: ToolKind = 'function'): OpenCall {
    return openCall(this.#building, { id, name, kind })
  }

  usage(usage: Usage): void {
    if (Object.keys(usage).length > 0) this.#building.parts.push({ type: 'usage', usage })
  }

  /** Ends the answer. An undefined reason is one that the upstream did not give: what was seen decides. */
  finish(reason: FinishReason | undefined, stopSequence?: string): void {
    finish(this.#building, reason, stopSequence)
  }

  fail(error: ChatError): void {
    this.#building.isDone = true
    this.#building.parts.push({ type: 'error', error })
  }
}

function openText(building: Building, kind: TextKind): number {
  const key = building.nextKey++
  building.parts.push({ type: `${kind}-start`, key })
  return key
}

type SentCall = { readonly id: string; readonly name: string; readonly kind: ToolKind }

function openCall(building: Building, sent: SentCall): OpenCall {
  building.hasSaid = true
  const { wayBack } = building
  if (sent.name === wayBack.answerTool) return openAnswer(building)
  const identity = identify(wayBack, sent)
  if (identity === undefined && wayBack.identities !== undefined && isParallelWrapper(sent.name)) {
    return collect((text) => {
      for (const inner of unwrapParallel(sent.id, text)) {
        const call = openCall(building, { ...inner, kind: 'function' })
        call.push(inner.argumentsText)
        call.end()
      }
    })
  }
  const call = startCall(building, { ...sent, ...identity })
  if (identity?.kind !== 'custom' || sent.kind === 'custom') return call
  return collect((text, signature) => {
    call.push(unwrapCustomInput(text))
    call.end(signature)
  })
}

/** The client's tool of a sent name. Some models write `functions.` before it. */
function identify({ identities, toolNames }: WayBack, { name, kind }: SentCall): ToolIdentity | undefined {
  const known = identities?.get(name) ?? identities?.get(name.replace(/^functions\./, ''))
  if (known !== undefined) return known
  const renamed = toolNames?.get(name)
  return renamed === undefined ? undefined : { name: renamed, kind }
}

function startCall(building: Building, call: SentCall & { readonly namespace?: string }): OpenCall {
  const key = building.nextKey++
  const pieces: string[] = []
  const { id, name, kind, namespace } = call
  building.calls++
  building.parts.push(dropAbsent({ type: 'tool-call-start' as const, key, id, name, kind, namespace }))
  return {
    push(text) {
      if (text === '') return
      pieces.push(text)
      building.parts.push({ type: 'tool-call-delta', key, text })
    },
    end(signature) {
      const text = pieces.join('')
      if (kind === 'function' && text.trim() !== '' && !isWholeObject(text)) building.brokenCalls++
      building.parts.push(dropAbsent({ type: 'tool-call-end' as const, key, signature }))
    },
  }
}

function openAnswer(building: Building): OpenCall {
  const key = openText(building, 'text')
  return {
    push(text) {
      if (text !== '') building.parts.push({ type: 'text-delta', key, text })
    },
    end() {
      building.parts.push({ type: 'text-end', key })
    },
  }
}

function collect(done: (text: string, signature?: OpaqueCarrier) => void): OpenCall {
  const pieces: string[] = []
  return {
    push: (text) => pieces.push(text),
    end: (signature) => done(pieces.join(''), signature),
  }
}

function finish(building: Building, said: FinishReason | undefined, stopSequence: string | undefined): void {
  building.isDone = true
  const reason = finishReason(building, said)
  if (reason === undefined) {
    const error = new ChatError('upstream-changed', 'The upstream said it called a tool, but sent no call')
    building.parts.push({ type: 'error', error })
    return
  }
  building.parts.push(dropAbsent({ type: 'finish' as const, reason, stopSequence }))
}

/** A call that reached the client decides, except where the answer was cut short. Undefined: a call was only announced. */
function finishReason(building: Building, said: FinishReason | undefined): FinishReason | undefined {
  const { calls, brokenCalls, hasSaid } = building
  if (said === undefined && brokenCalls > 0) return 'length'
  if (said === 'length') return said
  if (said === 'refused' && (calls === 0 || brokenCalls > 0)) return said
  if (calls > 0) return 'tool-calls'
  if (said !== 'tool-calls') return said ?? 'stop'
  return hasSaid ? 'stop' : undefined
}
