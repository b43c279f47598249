import { assertNever } from '../../chat/assert-never.ts'
import type { Capabilities } from '../../chat/capabilities.ts'
import type { Part, TextPart, ToolCallPart, ToolResultPart, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject, JsonValue } from '../../chat/json.ts'
import { writeArguments } from '../../chat/tool-arguments.ts'
import { writePart } from './write-part.ts'

/** Says which parts a chat completion can carry. */
export function carries(part: Part, capabilities: Capabilities): boolean {
  switch (part.type) {
    case 'thinking':
      return capabilities.wantsReasoningBack && part.text !== ''
    case 'redacted-thinking':
      return false
    case 'opaque':
      return part.protocol === 'openai-chat' || part.text !== undefined
    default:
      return true
  }
}

/** Flattens turns to messages. Each tool result is a message of its own, in front of what its turn says besides. */
export function writeMessages(turns: readonly Turn[], capabilities: Capabilities): readonly JsonObject[] {
  return turns.flatMap((turn) => writeTurn(turn, capabilities))
}

function writeTurn(turn: Turn, capabilities: Capabilities): readonly JsonObject[] {
  switch (turn.role) {
    case 'system':
    case 'developer':
      return [{ role: turn.role, content: writeContent(turn.parts, capabilities) }]
    case 'assistant':
      return [writeAssistant(turn.parts, capabilities)]
    case 'user': {
      const results = turn.parts.filter((part) => part.type === 'tool-result')
      const said = turn.parts.filter((part) => part.type !== 'tool-result')
      const messages = results.map((result) => writeToolResult(result, capabilities))
      return said.length === 0
        ? messages
        : [...messages, { role: 'user', content: writeContent(said, capabilities) }]
    }
    default:
      return assertNever(turn.role)
  }
}

function writeAssistant(parts: readonly Part[], capabilities: Capabilities): JsonObject {
  const calls = parts.filter((part) => part.type === 'tool-call')
  const said = joinTexts(parts.filter((part) => part.type === 'text'))
  const refusal = joinTexts(parts.filter((part) => part.type === 'refusal'))
  const thoughts = joinTexts(parts.filter((part) => part.type === 'thinking'))
  return dropAbsent({
    role: 'assistant',
    content: said === '' ? (calls.length > 0 || refusal !== '' ? null : '') : said,
    refusal: refusal || undefined,
    // Thinking upstreams refuse a call without its reasoning; an empty one stands for what is no longer known.
    reasoning_content: thoughts || (capabilities.wantsReasoningBack && calls.length > 0 ? '' : undefined),
    tool_calls: calls.length > 0 ? calls.map((call) => writeCall(call, capabilities)) : undefined,
  })
}

function writeCall(call: ToolCallPart, capabilities: Capabilities): JsonObject {
  if (call.kind === 'custom' && capabilities.customTools === true) {
    return { id: call.id, type: 'custom', custom: { name: call.name, input: call.argumentsText } }
  }
  return {
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: writeArguments(call.argumentsText) },
  }
}

function writeToolResult(result: ToolResultPart, capabilities: Capabilities): JsonObject {
  const parts: readonly Part[] = result.isError
    ? [{ type: 'text', text: 'Error:' }, ...result.parts]
    : result.parts
  return { role: 'tool', tool_call_id: result.callId, content: writeContent(parts, capabilities, '\n') }
}

/** Plain text is one string, which every upstream takes; anything else is a list of parts. */
function writeContent(parts: readonly Part[], capabilities: Capabilities, glue = '\n\n'): JsonValue {
  const texts = parts.map(asText).filter((part) => part !== undefined)
  const isPlain = texts.length === parts.length && !(capabilities.cacheControl && texts.some(hasCacheMark))
  if (isPlain) return joinTexts(texts, glue)
  return parts.flatMap((part) => writePart(part, capabilities))
}

function asText(part: Part): TextPart | undefined {
  if (part.type === 'text') return part
  if (part.type === 'opaque' && part.protocol !== 'openai-chat')
    return { type: 'text', text: part.text ?? '' }
  return undefined
}

function hasCacheMark(part: TextPart): boolean {
  return part.cacheControl !== undefined
}

function joinTexts(parts: readonly { readonly text: string }[], glue = '\n\n'): string {
  return parts
    .map((part) => part.text)
    .filter((text) => text !== '')
    .join(glue)
}
