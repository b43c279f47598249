import type { Capabilities } from '../../chat/capabilities.ts'
import type { OpaquePart, Part, ToolCallPart, ToolResultPart, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../chat/json.ts'
import { writeArguments } from '../../chat/tool-arguments.ts'
import { writePart } from './write-part.ts'

/** Says which parts an item can carry. Reasoning is taken back only in the encryption that this API gave it. */
export function carries(part: Part): boolean {
  switch (part.type) {
    case 'thinking':
      return part.signature?.origin === 'openai-responses' && part.signature.data !== ''
    case 'redacted-thinking':
      return part.carrier.origin === 'openai-responses'
    case 'opaque':
      return part.protocol === 'openai-responses' || (part.text ?? '') !== ''
    default:
      return true
  }
}

/** Flattens turns to items, in the order of their parts. */
export function writeItems(turns: readonly Turn[], capabilities: Capabilities): readonly JsonObject[] {
  return turns.flatMap(({ role, parts }) =>
    role === 'assistant' ? writeAssistant(parts, capabilities) : writeSaid(role, parts, capabilities),
  )
}

/** Results come first in a turn, as items of their own; what was said besides is one message. */
function writeSaid(
  role: Turn['role'],
  parts: readonly Part[],
  capabilities: Capabilities,
): readonly JsonObject[] {
  const items: JsonObject[] = []
  const said: JsonObject[] = []
  for (const part of parts) {
    if (part.type === 'tool-result') items.push(writeResult(part, capabilities))
    else if (part.type === 'opaque' && isItem(part)) items.push(part.raw)
    else said.push(...writePart(part))
  }
  return said.length === 0 ? items : [...items, { type: 'message', role, content: said }]
}

/** OpenAI refuses reasoning that nothing follows. */
function writeAssistant(parts: readonly Part[], capabilities: Capabilities): readonly JsonObject[] {
  const items = parts.flatMap((part) => writeAssistantPart(part, capabilities))
  const last = items.findLastIndex(({ type }) => type !== 'reasoning')
  return items.slice(0, last + 1)
}

function writeAssistantPart(part: Part, capabilities: Capabilities): readonly JsonObject[] {
  switch (part.type) {
    case 'thinking':
      return [writeReasoning(part.text, part.signature?.data)]
    case 'redacted-thinking':
      return [writeReasoning('', part.carrier.data)]
    case 'text':
      return [message({ type: 'output_text', text: part.text })]
    case 'refusal':
      return [message({ type: 'refusal', refusal: part.text })]
    case 'tool-call':
      return [writeCall(part, capabilities)]
    case 'opaque':
      if (isItem(part)) return [part.raw]
      return part.text === undefined ? [] : [message({ type: 'output_text', text: part.text })]
    default:
      // Nobody but the user shows images and files.
      return []
  }
}

function message(part: JsonObject): JsonObject {
  return { type: 'message', role: 'assistant', content: [part] }
}

function writeReasoning(text: string, encrypted: string | undefined): JsonObject {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }]
  return dropAbsent({ type: 'reasoning', summary, encrypted_content: encrypted })
}

/** An item of this API that was kept whole, which a content part is not. */
function isItem(part: OpaquePart): part is OpaquePart & { readonly raw: JsonObject } {
  const { protocol, raw } = part
  if (protocol !== 'openai-responses' || !isJsonObject(raw)) return false
  return typeof raw.type === 'string' && !/^(input|output)_/.test(raw.type)
}

function writeCall(call: ToolCallPart, capabilities: Capabilities): JsonObject {
  const { id: call_id, name, argumentsText } = call
  if (call.kind === 'custom' && capabilities.customTools === true)
    return { type: 'custom_tool_call', call_id, name, input: argumentsText }
  return { type: 'function_call', call_id, name, arguments: writeArguments(argumentsText) }
}

function writeResult(result: ToolResultPart, capabilities: Capabilities): JsonObject {
  const isCustom = result.kind === 'custom' && capabilities.customTools === true
  const type = isCustom ? 'custom_tool_call_output' : 'function_call_output'
  return { type, call_id: result.callId, output: writeOutput(result) }
}

/** Plain text is one string, which every upstream takes; anything else is a list of parts. */
function writeOutput({ parts, isError }: ToolResultPart): JsonValue {
  const all: readonly Part[] = isError ? [{ type: 'text', text: 'Error:' }, ...parts] : parts
  const texts = all.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  return texts.length === all.length
    ? texts.filter(Boolean).join('\n')
    : all.flatMap((part) => writePart(part))
}
