import type { AnswerPart } from '../../chat/chat-answer.ts'
import type { JsonObject } from '../../chat/json.ts'
import { encodeItem } from './encode-items.ts'
import type { ItemShape } from './item-shapes.ts'

/** Takes an event's type and the fields that belong to it, in final order. */
export type EmitEvent = (type: string, fields: JsonObject) => void

/** An item on its way out. One that says nothing is never shown. */
type Item = {
  part: AnswerPart
  readonly shape: ItemShape | undefined
  /** Text that waits for the item's turn. */
  readonly waiting: string[]
  readonly said: string[]
  id: string
  index: number | undefined
  isEnded: boolean
}

/**
 * Items are told one after another: the first open item streams, what belongs to later ones waits and follows in one
 * piece when their turn comes. `output` is all items that are done.
 */
export type ItemSerialiser = {
  readonly output: readonly JsonObject[]
  open(key: number, part: AnswerPart, shape: ItemShape): void
  push(key: number, text: string): void
  /** Ends an item; `change` puts in what is known only now. */
  end(key: number, change?: (part: AnswerPart) => AnswerPart): void
  /** An item that is complete at once. */
  whole(part: AnswerPart): void
  endAll(): void
}

export function createItemSerialiser(
  emit: EmitEvent,
  nameItem: (part: AnswerPart, index: number) => string,
): ItemSerialiser {
  const byKey = new Map<number, Item>()
  const queue: Item[] = []
  const write = createItemWriter(emit, nameItem)
  /** Closes what is over at the front, and lets the next item catch up. */
  function advance(): void {
    for (let front = queue[0]; front !== undefined; front = queue[0]) {
      if (front.part.type === 'tool-call') write.start(front)
      if (front.waiting.length > 0) write.text(front, front.waiting.splice(0).join(''))
      if (!front.isEnded) return
      write.end(front)
      queue.shift()
    }
  }
  function enqueue(part: AnswerPart, shape?: ItemShape): Item {
    const item: Item = { part, shape, waiting: [], said: [], id: '', index: undefined, isEnded: false }
    queue.push(item)
    return item
  }
  return {
    output: write.output,
    open(key, part, shape) {
      byKey.set(key, enqueue(part, shape))
      advance()
    },
    push(key, text) {
      const item = byKey.get(key)
      if (item === undefined || text === '') return
      if (item === queue[0]) write.text(item, text)
      else item.waiting.push(text)
    },
    end(key, change) {
      const item = byKey.get(key)
      if (item === undefined) return
      byKey.delete(key)
      if (change !== undefined) item.part = change(item.part)
      item.isEnded = true
      advance()
    },
    whole(part) {
      enqueue(part).isEnded = true
      advance()
    },
    endAll() {
      for (const item of queue) item.isEnded = true
      advance()
    },
  }
}

/** Writes the events of single items, and numbers the items as they begin. */
function createItemWriter(emit: EmitEvent, nameItem: (part: AnswerPart, index: number) => string) {
  const output: JsonObject[] = []
  let nextIndex = 0
  function start(item: Item): number {
    if (item.index !== undefined) return item.index
    item.index = nextIndex++
    item.id = nameItem(item.part, item.index)
    const shape = item.shape
    const added = shape === undefined ? encodeItem(item.part, item.id) : shape.begin(item.part, item.id)
    emit('response.output_item.added', { output_index: item.index, item: added ?? {} })
    return item.index
  }
  function tell(item: Item, events: readonly (readonly [type: string, fields: JsonObject])[]): void {
    for (const [type, fields] of events) emit(type, { item_id: item.id, output_index: item.index, ...fields })
  }
  return {
    output,
    start,
    text(item: Item, text: string) {
      start(item)
      if (item.shape !== undefined)
        tell(item, [...(item.said.length === 0 ? item.shape.opening : []), item.shape.delta(text)])
      item.said.push(text)
    },
    end(item: Item) {
      const part = completePart(item.part, item.said.join(''))
      if (item.index === undefined && encodeItem(part, '') === undefined) return
      const index = start(item)
      const done = encodeItem(part, item.id) ?? {}
      if (item.shape !== undefined) tell(item, item.shape.closing(done, item.said.length > 0))
      emit('response.output_item.done', { output_index: index, item: done })
      output.push(done)
    },
  }
}

function completePart(part: AnswerPart, said: string): AnswerPart {
  if (part.type === 'tool-call') return { ...part, argumentsText: said }
  if (part.type === 'text' || part.type === 'refusal' || part.type === 'thinking')
    return { ...part, text: said }
  return part
}
