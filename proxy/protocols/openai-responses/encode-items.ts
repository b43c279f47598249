import { assertNever } from '../../chat/assert-never.ts'
import { wrapCarrier } from '../../chat/carrier.ts'
import type { AnswerPart } from '../../chat/chat-answer.ts'
import type { OpaqueCarrier, ToolCallPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'

const HOME = 'openai-responses'

/** The complete item of a part; undefined where the part says nothing to clients of this API. */
export function encodeItem(part: AnswerPart, id: string): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return part.text === '' ? undefined : message(id, { ...EMPTY_TEXT, text: part.text })
    case 'refusal':
      return part.text === '' ? undefined : message(id, { type: 'refusal', refusal: part.text })
    case 'thinking':
      return part.text === '' && part.signature === undefined
        ? undefined
        : reasoning(id, part.text, encrypt(part.signature))
    case 'redacted-thinking':
      return reasoning(id, '', wrapCarrier(part.carrier, HOME, true))
    case 'tool-call':
      return call(id, part)
    case 'opaque':
      return part.protocol === HOME && isJsonObject(part.raw) ? part.raw : undefined
    default:
      return assertNever(part)
  }
}

export const EMPTY_TEXT = { type: 'output_text', annotations: [], logprobs: [], text: '' }

/** What an item's id begins with. */
export function itemPrefix(part: Pick<AnswerPart, 'type'> | ToolCallPart): string {
  if (part.type === 'tool-call') return 'kind' in part && part.kind === 'custom' ? 'ctc' : 'fc'
  return part.type === 'thinking' || part.type === 'redacted-thinking' ? 'rs' : 'msg'
}

function message(id: string, part: JsonObject): JsonObject {
  return { id, type: 'message', status: 'completed', role: 'assistant', content: [part] }
}

function reasoning(id: string, text: string, encrypted: string | undefined): JsonObject {
  return dropAbsent({
    id,
    type: 'reasoning',
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    encrypted_content: encrypted,
  })
}

function encrypt(signature: OpaqueCarrier | undefined): string | undefined {
  return signature === undefined ? undefined : wrapCarrier(signature, HOME)
}

/** A call goes back in the shape in which its tool was declared, its namespace beside its name. */
function call(id: string, { id: call_id, name, namespace, argumentsText, kind }: ToolCallPart): JsonObject {
  if (kind === 'custom')
    return dropAbsent({
      id,
      type: 'custom_tool_call',
      status: 'completed',
      call_id,
      name,
      namespace,
      input: argumentsText,
    })
  const text = argumentsText.trim() === '' ? '{}' : argumentsText
  return dropAbsent({
    id,
    type: 'function_call',
    status: 'completed',
    call_id,
    name,
    namespace,
    arguments: text,
  })
}
