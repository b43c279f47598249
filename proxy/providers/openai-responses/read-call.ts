import type { AnswerBuilder, OpenCall } from '../../chat/answer-builder.ts'
import type { ToolKind } from '../../chat/chat-request.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickString, pickText } from '../../chat/pick-fields.ts'
import { restOf } from './rest-of.ts'

export type Call = {
  readonly type: 'call'
  readonly kind: ToolKind
  isNamed(): boolean
  /** Takes id and name from the call's item, where it has them. */
  name(item: JsonObject): void
  push(text: string): void
  /** Ends the call; what its complete item says beyond the deltas is told first. */
  end(item: JsonObject): void
}

/** Puts one call together. It is opened once its name is known; until then its arguments wait. */
export function createCall(builder: AnswerBuilder, kind: ToolKind, index: number): Call {
  let open: OpenCall | undefined
  let told = ''
  function push(text: string): void {
    told += text
    open?.push(text)
  }
  function name(item: JsonObject): void {
    const said = pickText(item, 'name')
    if (open !== undefined || said === undefined) return
    const id = pickText(item, 'call_id') ?? pickText(item, 'id') ?? `call_${index}`
    open = builder.openCall(id, said, kind)
    open.push(told)
  }
  return {
    type: 'call',
    kind,
    isNamed: () => open !== undefined,
    name,
    push,
    end(item) {
      name(item)
      push(restOf(pickString(item, kind === 'custom' ? 'input' : 'arguments') ?? '', told))
      open?.end()
    },
  }
}
