import type { AnswerBuilder } from '../../chat/answer-builder.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'
import { restOf } from './rest-of.ts'

export type Reasoning = {
  readonly type: 'reasoning'
  /** Takes a piece of the part that `place` names. */
  push(place: string, text: string): void
  /** Ends the reasoning. Only its complete item holds the encrypted content; what was added before is a snapshot. */
  end(item: JsonObject): void
}

/** Puts all summary parts (or all of the plain reasoning) of one item into one block, with a blank line between them. */
export function createReasoning(builder: AnswerBuilder): Reasoning {
  let key: number | undefined
  let told = ''
  let lastPlace: string | undefined
  function say(text: string): void {
    if (text === '') return
    key ??= builder.openText('thinking')
    told += text
    builder.text('thinking', key, text)
  }
  return {
    type: 'reasoning',
    push(place, text) {
      if (text === '') return
      if (lastPlace !== undefined && lastPlace !== place) say('\n\n')
      lastPlace = place
      say(text)
    },
    end(item) {
      say(restOf(textOf(item), told))
      const data = pickText(item, 'encrypted_content')
      if (key === undefined && data === undefined) return
      key ??= builder.openText('thinking')
      const signature = data === undefined ? undefined : { origin: 'openai-responses' as const, data }
      builder.closeText('thinking', key, signature)
      key = undefined
    },
  }
}

function textOf(item: JsonObject): string {
  const parts = pickRecords(item, 'content')
  return (parts.length > 0 ? parts : pickRecords(item, 'summary'))
    .map((part) => pickText(part, 'text') ?? '')
    .filter((text) => text !== '')
    .join('\n\n')
}
