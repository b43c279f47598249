import type { AnswerPart } from '../../chat/chat-answer.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickRecords, pickString } from '../../chat/pick-fields.ts'
import { EMPTY_TEXT, encodeItem } from './encode-items.ts'

type Told = readonly [type: string, fields: JsonObject]

/** The events in the life of one kind of item, between `output_item.added` and `output_item.done`. */
export type ItemShape = {
  /** The item as it is added, still empty. */
  begin(part: AnswerPart, id: string): JsonObject
  /** What goes before the first piece of text. */
  readonly opening: readonly Told[]
  delta(text: string): Told
  closing(done: JsonObject, hasSaid: boolean): readonly Told[]
}

const PLACE = { content_index: 0 }

export const TEXT_SHAPE: ItemShape = {
  begin: (_, id) => emptyMessage(id),
  opening: [['response.content_part.added', { ...PLACE, part: EMPTY_TEXT }]],
  delta: (text) => ['response.output_text.delta', { ...PLACE, delta: text, logprobs: [] }],
  closing(done) {
    const part = contentOf(done)
    return [
      ['response.output_text.done', { ...PLACE, text: part.text, logprobs: [] }],
      ['response.content_part.done', { ...PLACE, part }],
    ]
  },
}

export const REFUSAL_SHAPE: ItemShape = {
  begin: (_, id) => emptyMessage(id),
  opening: [['response.content_part.added', { ...PLACE, part: { type: 'refusal', refusal: '' } }]],
  delta: (text) => ['response.refusal.delta', { ...PLACE, delta: text }],
  closing(done) {
    const part = contentOf(done)
    return [
      ['response.refusal.done', { ...PLACE, refusal: part.refusal }],
      ['response.content_part.done', { ...PLACE, part }],
    ]
  },
}

const SUMMARY = { summary_index: 0 }

/** Reasoning without text has no summary part, only its item. */
export const REASONING_SHAPE: ItemShape = {
  begin: (_, id) => ({ id, type: 'reasoning', summary: [] }),
  opening: [
    ['response.reasoning_summary_part.added', { ...SUMMARY, part: { type: 'summary_text', text: '' } }],
  ],
  delta: (text) => ['response.reasoning_summary_text.delta', { ...SUMMARY, delta: text }],
  closing(done, hasSaid) {
    const part = pickRecords(done, 'summary')[0]
    if (!hasSaid || part === undefined) return []
    return [
      ['response.reasoning_summary_text.done', { ...SUMMARY, text: part.text }],
      ['response.reasoning_summary_part.done', { ...SUMMARY, part }],
    ]
  },
}

export const FUNCTION_SHAPE: ItemShape = {
  begin: (part, id) => ({ ...inProgress(part, id), arguments: '' }),
  opening: [],
  delta: (text) => ['response.function_call_arguments.delta', { delta: text }],
  closing(done, hasSaid) {
    const text = pickString(done, 'arguments') ?? ''
    const end: Told = ['response.function_call_arguments.done', { name: done.name, arguments: text }]
    // A call without arguments still has an object of them.
    return hasSaid ? [end] : [['response.function_call_arguments.delta', { delta: text }], end]
  },
}

export const CUSTOM_SHAPE: ItemShape = {
  begin: (part, id) => ({ ...inProgress(part, id), input: '' }),
  opening: [],
  delta: (text) => ['response.custom_tool_call_input.delta', { delta: text }],
  closing: (done) => [['response.custom_tool_call_input.done', { input: done.input }]],
}

function emptyMessage(id: string): JsonObject {
  return { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }
}

function inProgress(part: AnswerPart, id: string): JsonObject {
  return { ...encodeItem(part, id), status: 'in_progress' }
}

function contentOf(done: JsonObject): JsonObject {
  const part = Array.isArray(done.content) ? done.content[0] : undefined
  return isJsonObject(part) ? part : {}
}
