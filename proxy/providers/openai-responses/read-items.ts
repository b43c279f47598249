import type { AnswerBuilder } from '../../chat/answer-builder.ts'
import { ChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickNumber, pickObject, pickString } from '../../chat/pick-fields.ts'
import { type Call, createCall } from './read-call.ts'
import { createMessage, type Message } from './read-message.ts'
import { createReasoning, type Reasoning } from './read-reasoning.ts'

/** An item that is being put together. */
type Item = Message | Reasoning | Call

export type ItemReader = {
  /** Reads one event of an item. */
  read(event: JsonObject): void
  /** Takes an item of the finished response: what the stream did not tell of it is told now. */
  settle(index: number, item: JsonObject): void
  /** Ends every item. Gives an error where a call never got a name. */
  endAll(): ChatError | undefined
  /** Whether the answer is a refusal and nothing else. */
  isRefusal(): boolean
}

/** Follows items by their `output_index`: some gateways give an item another id in each event (seen 2026-08). */
export function createItemReader(builder: AnswerBuilder): ItemReader {
  const open = new Map<number, Item>()
  const settled = new Set<number>()
  const said = new Set<string>()
  function itemAt(index: number, create: () => Item): Item {
    const item = open.get(index) ?? create()
    open.set(index, item)
    return item
  }
  function messageAt(index: number): Message {
    const item = itemAt(index, () => createMessage(builder, said))
    return item.type === 'message' ? item : replace(index, createMessage(builder, said))
  }
  function reasoningAt(index: number): Reasoning {
    const item = itemAt(index, () => createReasoning(builder))
    return item.type === 'reasoning' ? item : replace(index, createReasoning(builder))
  }
  function callAt(index: number, kind: Call['kind']): Call {
    const item = itemAt(index, () => createCall(builder, kind, index))
    return item.type === 'call' ? item : replace(index, createCall(builder, kind, index))
  }
  /** An event of another kind than its item: the item ends here and one that fits begins. */
  function replace<T extends Item>(index: number, item: T): T {
    open.get(index)?.end({})
    open.set(index, item)
    return item
  }
  function add(index: number, item: JsonObject): void {
    if (settled.has(index)) return
    if (item.type === 'function_call') callAt(index, 'function').name(item)
    else if (item.type === 'custom_tool_call') callAt(index, 'custom').name(item)
  }
  function settle(index: number, item: JsonObject): void {
    // A gateway's item without a type says nothing: the finished response does.
    if (settled.has(index) || typeof item.type !== 'string') return
    settled.add(index)
    switch (item.type) {
      case 'message':
        return messageAt(index).end(item)
      case 'reasoning':
        return reasoningAt(index).end(item)
      case 'function_call':
        return callAt(index, 'function').end(item)
      case 'custom_tool_call':
        return callAt(index, 'custom').end(item)
      default:
        open.get(index)?.end({})
        return builder.opaque({ type: 'opaque', protocol: 'openai-responses', raw: item })
    }
  }
  function readDelta(index: number, event: JsonObject): void {
    const text = pickString(event, 'delta') ?? ''
    switch (event.type) {
      case 'response.output_text.delta':
        return messageAt(index).push('text', pickNumber(event, 'content_index') ?? 0, text)
      case 'response.refusal.delta':
        return messageAt(index).push('refusal', pickNumber(event, 'content_index') ?? 0, text)
      case 'response.reasoning_summary_text.delta':
        return reasoningAt(index).push(`s${pickNumber(event, 'summary_index') ?? 0}`, text)
      case 'response.reasoning_text.delta':
        return reasoningAt(index).push(`c${pickNumber(event, 'content_index') ?? 0}`, text)
      case 'response.function_call_arguments.delta':
        return callAt(index, 'function').push(text)
      case 'response.custom_tool_call_input.delta':
        return callAt(index, 'custom').push(text)
      default:
        // The `.done` events repeat what the item's own end says, and hosted tools tell their progress.
        return
    }
  }
  return {
    read(event) {
      const index = pickNumber(event, 'output_index') ?? 0
      const item = pickObject(event, 'item') ?? {}
      if (event.type === 'response.output_item.added') add(index, item)
      else if (event.type === 'response.output_item.done') settle(index, item)
      else if (!settled.has(index)) readDelta(index, event)
    },
    settle,
    endAll() {
      for (const [index, item] of open) {
        if (item.type === 'call' && !item.isNamed()) return namelessCall()
        if (!settled.has(index)) item.end({})
      }
      return undefined
    },
    isRefusal: () => said.has('refusal') && !said.has('text'),
  }
}

function namelessCall(): ChatError {
  return new ChatError('upstream-changed', 'The upstream called a tool without saying which one')
}
