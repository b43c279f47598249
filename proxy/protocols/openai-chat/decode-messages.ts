import { unwrapCarrier } from '../../chat/carrier.ts'
import type { OpaqueCarrier, Part, ToolCallPart, ToolKind, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickObject, pickText } from '../../chat/pick-fields.ts'
import {
  type Fields,
  fieldPath,
  optionalFields,
  optionalRecords,
  optionalString,
  requiredRecords,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'
import { decodeContent, decodeReasoning, decodeResultContent } from './decode-parts.ts'

/** What later messages need to know of earlier ones. */
type History = { readonly kinds: Map<string, ToolKind>; readonly legacyCalls: { id: string; name: string }[] }

/** Reads messages as turns, in their order; putting that order right is not the decoder's work. */
export function decodeMessages(body: Fields): readonly Turn[] {
  const history: History = { kinds: new Map(), legacyCalls: [] }
  return requiredRecords(body, 'messages').map((message, index) => decodeMessage(message, index, history))
}

function decodeMessage(message: Fields, index: number, history: History): Turn {
  const role = requiredString(message, 'role')
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role, parts: decodeContent(message) }
    case 'assistant':
      return { role, parts: decodeAssistant(message, index, history) }
    case 'tool':
      return {
        role: 'user',
        parts: [decodeResult(message, requiredString(message, 'tool_call_id'), history)],
      }
    case 'function':
      return { role: 'user', parts: [decodeResult(message, legacyId(message, history), history)] }
    default:
      throw wrongField(fieldPath(message, 'role'), 'one of system, developer, user, assistant and tool')
  }
}

function decodeAssistant(message: Fields, index: number, history: History): readonly Part[] {
  const refusal = optionalString(message, 'refusal')
  const calls = decodeCalls(message, index)
  const legacy = optionalFields(message, 'function_call')
  if (legacy !== undefined) calls.push(decodeLegacyCall(legacy, `call_${index}_legacy`, history))
  for (const call of calls) history.kinds.set(call.id, call.kind)
  const reasoning = decodeReasoning(message)
  const content = decodeContent(message)
  if (reasoning.length === 0 && !refusal && calls.length === 0) return content
  return [
    ...reasoning,
    ...content,
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...calls,
  ]
}

function decodeCalls(message: Fields, index: number): ToolCallPart[] {
  const calls = optionalRecords(message, 'tool_calls')
  return calls === undefined
    ? []
    : calls.map((call, position) => decodeCall(call, `call_${index}_${position}`))
}

function decodeCall(call: Fields, spareId: string): ToolCallPart {
  const id = optionalString(call, 'id') || spareId
  const custom = optionalFields(call, 'custom')
  if (custom !== undefined) {
    const argumentsText = optionalString(custom, 'input') ?? ''
    return { type: 'tool-call', id, name: requiredString(custom, 'name'), argumentsText, kind: 'custom' }
  }
  const target = optionalFields(call, 'function') ?? call
  return dropAbsent({
    type: 'tool-call' as const,
    id,
    name: requiredString(target, 'name'),
    argumentsText: decodeArguments(target),
    kind: 'function' as const,
    signature: decodeSignature(call),
  })
}

/** Where Gemini's own chat completions put the signature of a call (seen 2026-11). */
function decodeSignature(call: Fields): OpaqueCarrier | undefined {
  const google = pickObject(pickObject(call.object, 'extra_content'), 'google')
  const data = pickText(google, 'thought_signature')
  return data === undefined ? undefined : unwrapCarrier(data, 'gemini')?.carrier
}

function decodeArguments(target: Fields): string {
  const value = target.object.arguments
  if (isJsonObject(value)) return JSON.stringify(value satisfies JsonObject)
  return optionalString(target, 'arguments') ?? ''
}

function decodeLegacyCall(call: Fields, id: string, history: History): ToolCallPart {
  const name = requiredString(call, 'name')
  history.legacyCalls.push({ id, name })
  return { type: 'tool-call', id, name, argumentsText: decodeArguments(call), kind: 'function' }
}

/** The old `function` role names the function only: it answers the first call of that name that still waits. */
function legacyId(message: Fields, { legacyCalls }: History): string {
  const name = requiredString(message, 'name')
  const position = legacyCalls.findIndex((call) => call.name === name)
  return position < 0 ? name : (legacyCalls.splice(position, 1)[0]?.id ?? name)
}

function decodeResult(message: Fields, callId: string, { kinds }: History): Part {
  const parts = decodeResultContent(message)
  return { type: 'tool-result', callId, parts, isError: false, kind: kinds.get(callId) ?? 'function' }
}
