import { unwrapCarrier } from '../../chat/carrier.ts'
import type { Part, ToolCallPart, ToolKind, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'
import { type Fields, fieldPath, optionalString, requiredString, wrongField } from '../../chat/read-fields.ts'
import { decodeContent, decodeOutput } from './decode-parts.ts'

/** Reads items as turns, one each, in their order; putting that order right is not the decoder's work. */
export function decodeItems(items: readonly Fields[]): readonly Turn[] {
  return items.flatMap(decodeItem)
}

function decodeItem(item: Fields): readonly Turn[] {
  const type = optionalString(item, 'type') ?? 'message'
  switch (type) {
    case 'message':
      return [decodeMessage(item)]
    case 'reasoning':
      return [{ role: 'assistant', parts: decodeReasoning(item) }]
    case 'function_call':
      return [{ role: 'assistant', parts: [decodeCall(item, 'function')] }]
    case 'custom_tool_call':
      return [{ role: 'assistant', parts: [decodeCall(item, 'custom')] }]
    case 'function_call_output':
      return [{ role: 'user', parts: [decodeResult(item, 'function')] }]
    case 'custom_tool_call_output':
      return [{ role: 'user', parts: [decodeResult(item, 'custom')] }]
    case 'additional_tools':
      // Its tools stand among the others.
      return []
    default:
      return [decodeForeign(item, type)]
  }
}

function decodeMessage(item: Fields): Turn {
  const role = requiredString(item, 'role')
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
    case 'assistant':
      return { role, parts: decodeContent(item) }
    default:
      throw wrongField(fieldPath(item, 'role'), 'one of system, developer, user and assistant')
  }
}

/** All parts of a summary are one thought; the whole reasoning stands in `content` where a vendor shows it. */
function decodeReasoning(item: Fields): readonly Part[] {
  const text = textsOf(item, 'content') || textsOf(item, 'summary')
  const encrypted = optionalString(item, 'encrypted_content')
  if (!encrypted) return text === '' ? [] : [{ type: 'thinking', text }]
  const carried = unwrapCarrier(encrypted, 'openai-responses')
  if (carried?.isHidden) return [{ type: 'redacted-thinking', carrier: carried.carrier }]
  return [dropAbsent({ type: 'thinking' as const, text, signature: carried?.carrier })]
}

function textsOf(item: Fields, name: string): string {
  return pickRecords(item.object, name)
    .map((part) => pickText(part, 'text') ?? '')
    .filter((text) => text !== '')
    .join('\n\n')
}

function decodeCall(item: Fields, kind: ToolKind): ToolCallPart {
  return dropAbsent({
    type: 'tool-call' as const,
    id: optionalString(item, 'call_id') || requiredString(item, 'id'),
    name: requiredString(item, 'name'),
    argumentsText: decodeArguments(item, kind === 'custom' ? 'input' : 'arguments'),
    kind,
    namespace: optionalString(item, 'namespace') || undefined,
  })
}

function decodeArguments(item: Fields, name: string): string {
  const value = item.object[name]
  if (isJsonObject(value)) return JSON.stringify(value)
  return optionalString(item, name) ?? ''
}

function decodeResult(item: Fields, kind: ToolKind): Part {
  const callId = requiredString(item, 'call_id')
  return { type: 'tool-result', callId, parts: decodeOutput(item), isError: false, kind }
}

/** Items of tools that OpenAI runs, compactions and items of later days mean something to OpenAI only. */
function decodeForeign(item: Fields, type: string): Turn {
  const part: Part = { type: 'opaque', protocol: 'openai-responses', raw: item.object }
  return { role: type.endsWith('_output') ? 'user' : 'assistant', parts: [part] }
}
