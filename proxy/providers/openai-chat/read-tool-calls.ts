import type { AnswerBuilder, OpenCall, WayBack } from '../../chat/answer-builder.ts'
import { unwrapCarrier } from '../../chat/carrier.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { OpaqueCarrier, ToolKind } from '../../chat/chat-request.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickNumber, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import { isWholeObject } from '../../chat/tool-arguments.ts'

/** One entry of `tool_calls` in a delta. Each field may be missing, in any delta. */
type CallDelta = {
  readonly id: string | undefined
  readonly index: number | undefined
  readonly name: string | undefined
  readonly kind: ToolKind
  readonly text: string
  readonly signature: OpaqueCarrier | undefined
}

/** A call that is being put together. It is opened once its name is known; until then its arguments wait. */
type Call = {
  ids: Set<string>
  index: number | undefined
  name: string | undefined
  kind: ToolKind
  pieces: string[]
  open: OpenCall | undefined
  signature: OpaqueCarrier | undefined
}

/** Puts calls together from deltas that name them by id, by index, or not at all. */
export class ToolCallReader {
  readonly #builder: AnswerBuilder
  readonly #wayBack: WayBack
  readonly #calls: Call[] = []

  constructor(builder: AnswerBuilder, wayBack: WayBack) {
    this.#builder = builder
    this.#wayBack = wayBack
  }

  /** `answerId` tells calls without an id from those of other answers. */
  read(delta: JsonObject, answerId: string): void {
    const touched = new Set<Call>()
    for (const entry of pickRecords(delta, 'tool_calls'))
      this.#accept(readCallDelta(entry), touched, answerId)
    const legacy = pickObject(delta, 'function_call')
    if (legacy !== undefined) this.#accept(readCallDelta({ index: 0, function: legacy }), touched, answerId)
  }

  /** Ends every call. Gives an error where a call never got a name. */
  end(answerId: string): ChatError | undefined {
    for (const call of this.#calls) {
      if (call.open === undefined && isEmptyShell(call)) continue
      const name = call.name ?? onlyToolName(this.#wayBack)
      if (name === undefined) return namelessCall()
      call.open ??= this.#open(call, name, answerId)
      call.open.end(call.signature)
    }
    return undefined
  }

  #accept(delta: CallDelta, touched: Set<Call>, answerId: string): void {
    const call = findCall(this.#calls, delta, touched) ?? addCall(this.#calls, delta)
    touched.add(call)
    if (delta.id !== undefined) call.ids.add(delta.id)
    call.name ??= delta.name
    call.signature = delta.signature ?? call.signature
    call.pieces.push(delta.text)
    if (call.open !== undefined) call.open.push(delta.text)
    else if (call.name !== undefined) call.open = this.#open(call, call.name, answerId)
  }

  #open(call: Call, name: string, answerId: string): OpenCall {
    const id = [...call.ids][0] ?? `call_${answerId}_${this.#calls.indexOf(call)}`
    const opened = this.#builder.openCall(id, name, call.kind)
    for (const piece of call.pieces) opened.push(piece)
    return opened
  }
}

function readCallDelta(entry: JsonObject): CallDelta {
  const custom = pickObject(entry, 'custom')
  const target = custom ?? pickObject(entry, 'function') ?? entry
  const sent = custom === undefined ? target.arguments : target.input
  return {
    id: pickText(entry, 'id'),
    index: pickNumber(entry, 'index'),
    name: pickText(target, 'name'),
    kind: custom === undefined ? 'function' : 'custom',
    text: typeof sent === 'string' ? sent : isJsonObject(sent) ? JSON.stringify(sent) : '',
    signature: readSignature(entry),
  }
}

/** Gemini's own chat completions sign calls here (seen 2026-11). */
function readSignature(entry: JsonObject): OpaqueCarrier | undefined {
  const data = pickText(pickObject(pickObject(entry, 'extra_content'), 'google'), 'thought_signature')
  return data === undefined ? undefined : unwrapCarrier(data, 'gemini')?.carrier
}

/** By id, then by index, then the last call: upstreams start indexes at 1, leave gaps, use one twice, or send none. */
function findCall(calls: readonly Call[], delta: CallDelta, touched: ReadonlySet<Call>): Call | undefined {
  const byId = delta.id === undefined ? undefined : calls.findLast((call) => call.ids.has(delta.id ?? ''))
  if (byId !== undefined) return byId
  if (delta.index !== undefined) {
    const byIndex = calls.findLast((call) => call.index === delta.index)
    return byIndex !== undefined && continues(byIndex, delta) ? byIndex : undefined
  }
  const last = calls.at(-1)
  if (last === undefined || (delta.name === undefined && delta.id === undefined)) return last
  if (touched.has(last) || !continues(last, delta)) return undefined
  return delta.name !== undefined && isWholeObject(last.pieces.join('')) ? undefined : last
}

/** Whether a delta with a known index goes on with that call: a new id with a new name begins another one. */
function continues(call: Call, delta: CallDelta): boolean {
  if (delta.name === undefined || call.name === undefined) return true
  if (delta.id !== undefined && call.ids.size > 0) return false
  return delta.name === call.name
}

function addCall(calls: Call[], delta: CallDelta): Call {
  const call: Call = {
    ids: new Set(),
    index: delta.index,
    name: undefined,
    kind: delta.kind,
    pieces: [],
    open: undefined,
    signature: undefined,
  }
  calls.push(call)
  return call
}

function isEmptyShell(call: Call): boolean {
  return call.name === undefined && call.ids.size === 0 && call.pieces.every((piece) => piece === '')
}

/** Where one tool was declared, a call without a name can mean no other. */
function onlyToolName({ identities }: WayBack): string | undefined {
  return identities?.size === 1 ? [...identities.keys()][0] : undefined
}

function namelessCall(): ChatError {
  return new ChatError('upstream-changed', 'The upstream called a tool without saying which one')
}
