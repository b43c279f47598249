import { ChatError } from '../../chat/chat-error.ts'
import {
  type Fields,
  missingField,
  optionalRecords,
  optionalString,
  readObject,
} from '../../chat/read-fields.ts'
import type { RememberedAnswers } from '../protocol.ts'

/** The items of a request, and why they are not all: what it points to may be known to its own upstream only. */
export type ResolvedInput = { readonly items: readonly Fields[]; readonly missing?: ChatError }

/** The items of the answer that a request goes on from, then its own, with references put in full. */
export function resolveInput(body: Fields, remembered: RememberedAnswers | undefined): ResolvedInput {
  const found = [
    ...earlierItems(body, remembered),
    ...ownItems(body).map((item) => dereference(item, remembered)),
  ]
  const missing = found.find((each) => each instanceof ChatError)
  const items = found.flatMap((each) => (each instanceof ChatError ? [] : [each]))
  return missing === undefined ? { items } : { items, missing }
}

function earlierItems(
  body: Fields,
  remembered: RememberedAnswers | undefined,
): readonly (Fields | ChatError)[] {
  const id = optionalString(body, 'previous_response_id')
  if (!id) return []
  const history = remembered?.history(id)
  if (history === undefined) return [notFound(`Previous response with id '${id}'`, 'previous_response_id')]
  return history.map((item, index) => readObject(item, `previous_response_id.items[${index}]`))
}

function ownItems(body: Fields): readonly Fields[] {
  const { input, previous_response_id, conversation, prompt } = body.object
  if (typeof input === 'string') return [{ object: { role: 'user', content: input }, path: 'input' }]
  const items = optionalRecords(body, 'input')
  if (items !== undefined) return items
  if (previous_response_id || conversation || prompt) return []
  throw missingField('input')
}

/** A reference names an item of an earlier answer; its `type` may be missing. */
function dereference(item: Fields, remembered: RememberedAnswers | undefined): Fields | ChatError {
  const { type, id, role } = item.object
  const isReference = type === 'item_reference' || (type == null && role === undefined && id !== undefined)
  if (!isReference || typeof id !== 'string') return item
  const found = remembered?.item(id)
  if (found === undefined) return notFound(`Item with id '${id}'`, `${item.path}.id`)
  return { object: found, path: item.path }
}

function notFound(what: string, param: string): ChatError {
  return new ChatError('invalid-request', `${what} not found; send the whole conversation as input`, {
    code: 'previous_response_not_found',
    param,
  })
}
