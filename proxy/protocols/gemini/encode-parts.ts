import { assertNever } from '../../chat/assert-never.ts'
import { wrapCarrier } from '../../chat/carrier.ts'
import type { AnswerPart } from '../../chat/chat-answer.ts'
import type { ChatRequest, OpaqueCarrier, ToolCallPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { readArguments } from '../../chat/tool-arguments.ts'

/** Clients that did not ask for thoughts would take them for the answer. */
export function showsThoughts({ reasoning }: ChatRequest): boolean {
  return reasoning?.showThoughts === true
}

/** The parts of a complete part of an answer; none where it says nothing to clients of this API. */
export function encodePart(part: AnswerPart, request: ChatRequest): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'thinking': {
      const { text, signature } = part
      if (!showsThoughts(request) || (text === '' && signature === undefined)) return []
      return [dropAbsent({ text, thought: true, thoughtSignature: sign(signature) })]
    }
    case 'redacted-thinking':
      if (!showsThoughts(request)) return []
      return [{ text: '', thought: true, thoughtSignature: wrapCarrier(part.carrier, 'gemini', true) }]
    case 'tool-call':
      return [encodeCall(part)]
    case 'opaque':
      return part.protocol === 'gemini' && isJsonObject(part.raw) ? [part.raw] : []
    default:
      return assertNever(part)
  }
}

function encodeCall({ id, name, argumentsText, kind, signature }: ToolCallPart): JsonObject {
  const args = kind === 'custom' ? { input: argumentsText } : readArguments(argumentsText)
  return dropAbsent({ functionCall: { id, name, args }, thoughtSignature: sign(signature) })
}

export function sign(signature: OpaqueCarrier | undefined): string | undefined {
  return signature === undefined ? undefined : wrapCarrier(signature, 'gemini')
}
