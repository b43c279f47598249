import { unwrapCarrier } from '../../chat/carrier.ts'
import type { Part, TextPart, ThinkingPart, ToolCallPart, ToolResultPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonValue } from '../../chat/json.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'
import {
  type Fields,
  fieldPath,
  optionalBoolean,
  optionalFields,
  optionalObject,
  optionalString,
  readObject,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'
import { decodeDocument, decodeImage } from './decode-media.ts'

/** Reads `content` (or `system`): a string, a list of blocks, or nothing. */
export function decodeContent(holder: Fields, name = 'content'): readonly Part[] {
  const value = holder.object[name]
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  const path = fieldPath(holder, name)
  if (!Array.isArray(value)) throw wrongField(path, 'a string or a list of blocks')
  return value.map((block: JsonValue, index) => decodeBlock(readObject(block, `${path}[${index}]`)))
}

function decodeBlock(block: Fields): Part {
  switch (requiredString(block, 'type')) {
    case 'text':
      return decodeText(block)
    case 'image':
      return decodeImage(block)
    case 'document':
      return decodeDocument(block)
    case 'search_result':
      return { type: 'text', text: searchText(block) }
    case 'thinking':
      return decodeThinking(block)
    case 'redacted_thinking':
      return decodeRedacted(block)
    case 'tool_use':
      return decodeCall(block)
    case 'tool_result':
      return decodeResult(block)
    default:
      // The summary in a `compaction` block is all that is left of the turns before it.
      return dropAbsent({
        type: 'opaque' as const,
        protocol: 'anthropic-messages' as const,
        raw: block.object,
        text: block.object.type === 'compaction' ? pickText(block.object, 'content') : undefined,
      })
  }
}

function decodeText(block: Fields): TextPart {
  const cacheControl = optionalObject(block, 'cache_control')
  return dropAbsent({ type: 'text' as const, text: requiredString(block, 'text'), cacheControl })
}

function searchText(block: Fields): string {
  const texts = pickRecords(block.object, 'content').map((inner) => pickText(inner, 'text') ?? '')
  return [pickText(block.object, 'title') ?? '', pickText(block.object, 'source') ?? '', ...texts]
    .filter(Boolean)
    .join('\n')
}

function decodeRedacted(block: Fields): Part {
  const carried = unwrapCarrier(optionalString(block, 'data') ?? '', 'anthropic-messages')
  return carried === undefined
    ? { type: 'thinking', text: '' }
    : { type: 'redacted-thinking', carrier: carried.carrier }
}

/** Claude Code gives thinking back with an empty signature where none was sent: that is no signature. */
function decodeThinking(block: Fields): ThinkingPart {
  const data = optionalString(block, 'signature')
  const signature = data ? unwrapCarrier(data, 'anthropic-messages')?.carrier : undefined
  return dropAbsent({ type: 'thinking' as const, text: optionalString(block, 'thinking') ?? '', signature })
}

function decodeCall(block: Fields): ToolCallPart {
  return dropAbsent({
    type: 'tool-call' as const,
    id: requiredString(block, 'id'),
    name: requiredString(block, 'name'),
    argumentsText: JSON.stringify(optionalFields(block, 'input')?.object ?? {}),
    kind: 'function' as const,
    cacheControl: optionalObject(block, 'cache_control'),
  })
}

function decodeResult(block: Fields): ToolResultPart {
  return dropAbsent({
    type: 'tool-result' as const,
    callId: requiredString(block, 'tool_use_id'),
    parts: decodeResultContent(block),
    isError: optionalBoolean(block, 'is_error') ?? false,
    kind: 'function' as const,
    cacheControl: optionalObject(block, 'cache_control'),
  })
}

/** Text, images and documents as they are; a tool reference as words; anything else as its JSON. */
function decodeResultContent(block: Fields): ToolResultPart['parts'] {
  const { content } = block.object
  if (isJsonObject(content)) return [{ type: 'text', text: JSON.stringify(content) }]
  return decodeContent(block).map((part) => {
    if (part.type === 'text' || part.type === 'image' || part.type === 'file') return part
    return { type: 'text', text: part.type === 'opaque' ? resultText(part.raw) : JSON.stringify(part) }
  })
}

function resultText(raw: JsonValue): string {
  const name = isJsonObject(raw) && raw.type === 'tool_reference' ? pickText(raw, 'tool_name') : undefined
  return name === undefined ? JSON.stringify(raw) : `The tool ${name} is available now.`
}
