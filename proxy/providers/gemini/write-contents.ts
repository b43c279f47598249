import type { Part, ToolCallPart, ToolResultPart, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { readArguments } from '../../chat/tool-arguments.ts'
import { writeFile, writeImage, writeInline } from './write-media.ts'

/** Google's own word for a call whose signature is not known, which its models take (seen 2026-11). */
export const SKIP_SIGNATURE = 'skip_thought_signature_validator'

/** Says which parts a content can carry. Thoughts are taken back only with the signature that Gemini gave them. */
export function carries(part: Part): boolean {
  switch (part.type) {
    case 'thinking':
      return part.signature?.origin === 'gemini' && part.signature.data !== ''
    case 'redacted-thinking':
      return part.carrier.origin === 'gemini'
    case 'opaque':
      return part.protocol === 'gemini' || (part.text ?? '') !== ''
    default:
      return true
  }
}

export function writeContents(turns: readonly Turn[]): readonly JsonObject[] {
  const names = new Map<string, string>()
  return turns.map(({ role, parts }) => {
    for (const part of parts) if (part.type === 'tool-call') names.set(part.id, part.name)
    const firstCall = parts.find((part) => part.type === 'tool-call')
    return {
      role: role === 'assistant' ? 'model' : 'user',
      parts: parts.flatMap((part) => writePart(part, names, part === firstCall)),
    }
  })
}

function writePart(
  part: Part,
  names: ReadonlyMap<string, string>,
  isFirstCall: boolean,
): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }]
    case 'image':
      return [writeImage(part)]
    case 'file':
      return [writeFile(part)]
    case 'audio':
      return [writeInline(`audio/${part.format}`, part.data)]
    case 'thinking':
      return [dropAbsent({ text: part.text, thought: true, thoughtSignature: part.signature?.data })]
    case 'redacted-thinking':
      return [{ text: '', thought: true, thoughtSignature: part.carrier.data }]
    case 'tool-call':
      return [writeCall(part, isFirstCall)]
    case 'tool-result':
      return [writeResult(part, names)]
    case 'opaque':
      if (part.protocol === 'gemini') return isJsonObject(part.raw) ? [part.raw] : []
      return part.text === undefined ? [] : [{ text: part.text }]
  }
}

/** The first call of a turn must be signed (Gemini 3); one that came another way is marked as not to be checked. */
function writeCall({ id, name, argumentsText, signature }: ToolCallPart, isFirst: boolean): JsonObject {
  const own = signature?.origin === 'gemini' ? signature.data : undefined
  return dropAbsent({
    functionCall: { id, name, args: readArguments(argumentsText) },
    thoughtSignature: own ?? (isFirst ? SKIP_SIGNATURE : undefined),
  })
}

function writeResult(result: ToolResultPart, names: ReadonlyMap<string, string>): JsonObject {
  const text = result.parts
    .map((part) => (part.type === 'text' || part.type === 'opaque' ? (part.text ?? '') : ''))
    .filter((each) => each !== '')
    .join('\n')
  const media = result.parts.flatMap((part) => {
    if (part.type === 'image') return [writeImage(part)]
    return part.type === 'file' ? [writeFile(part)] : []
  })
  return {
    functionResponse: dropAbsent({
      id: result.callId,
      name: names.get(result.callId) ?? result.name ?? 'unknown',
      response: result.isError ? { error: text } : { output: text },
      parts: media.length === 0 ? undefined : media,
    }),
  }
}
