import type { AnswerBuilder } from '../../chat/answer-builder.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickRecords, pickString } from '../../chat/pick-fields.ts'
import { restOf } from './rest-of.ts'

type Content = 'text' | 'refusal'

export type Message = {
  readonly type: 'message'
  push(kind: Content, contentIndex: number, text: string): void
  /** Ends the message; what its complete item says beyond the deltas is told first. */
  end(item: JsonObject): void
}

/** Puts the content parts of one message into blocks. `said` collects which kinds of content the answer has. */
export function createMessage(builder: AnswerBuilder, said: Set<string>): Message {
  const blocks = new Map<number, { readonly kind: Content; readonly key: number; told: string }>()
  function push(kind: Content, contentIndex: number, text: string): void {
    if (text === '') return
    said.add(kind)
    const block = blocks.get(contentIndex) ?? { kind, key: builder.openText(kind), told: '' }
    blocks.set(contentIndex, block)
    block.told += text
    builder.text(block.kind, block.key, text)
  }
  return {
    type: 'message',
    push,
    end(item) {
      for (const [index, part] of pickRecords(item, 'content').entries()) {
        const kind = part.type === 'refusal' ? 'refusal' : 'text'
        push(kind, index, restOf(pickString(part, kind) ?? '', blocks.get(index)?.told ?? ''))
      }
      for (const { kind, key } of blocks.values()) builder.closeText(kind, key)
      blocks.clear()
    },
  }
}
