import { ChatError } from '../../chat/chat-error.ts'
import type { FilePart, ImagePart, MediaSource, Part, ToolResultPart, Turn } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { readArguments } from '../../chat/tool-arguments.ts'
import type { CacheMarks } from './cache-marks.ts'

/** Says which parts a message can carry. Thinking is taken back only with the signature that Anthropic gave it. */
export function carries(part: Part): boolean {
  switch (part.type) {
    case 'thinking':
      return part.signature?.origin === 'anthropic-messages' && part.signature.data !== ''
    case 'redacted-thinking':
      return part.carrier.origin === 'anthropic-messages'
    case 'opaque':
      return part.protocol === 'anthropic-messages' || (part.text ?? '') !== ''
    default:
      return true
  }
}

export function writeTurn(turn: Turn, marks: CacheMarks): JsonObject {
  return { role: turn.role === 'assistant' ? 'assistant' : 'user', content: writeBlocks(turn.parts, marks) }
}

export function writeBlocks(parts: readonly Part[], marks: CacheMarks): readonly JsonObject[] {
  return parts.map((part) => writeBlock(part, marks)).filter((block) => block !== undefined)
}

function writeBlock(part: Part, marks: CacheMarks): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return dropAbsent({ type: 'text', text: part.text, cache_control: marks(part.cacheControl) })
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'image':
      return writeImage(part, marks)
    case 'file':
      return writeDocument(part, marks)
    case 'thinking':
      return { type: 'thinking', thinking: part.text, signature: part.signature?.data }
    case 'redacted-thinking':
      return { type: 'redacted_thinking', data: part.carrier.data }
    case 'tool-call': {
      const { id, name } = part
      const input = readArguments(part.argumentsText)
      return dropAbsent({ type: 'tool_use', id, name, input, cache_control: marks(part.cacheControl) })
    }
    case 'tool-result':
      return writeResult(part, marks)
    case 'opaque':
      if (part.protocol === 'anthropic-messages') return isJsonObject(part.raw) ? part.raw : undefined
      return part.text === undefined ? undefined : { type: 'text', text: part.text }
    case 'audio':
      throw new ChatError('invalid-request', 'This model does not listen to audio', { param: 'messages' })
  }
}

function writeResult(part: ToolResultPart, marks: CacheMarks): JsonObject {
  const content = writeBlocks(
    part.parts.filter((inner) => inner.type !== 'text' || inner.text.trim() !== '').filter(carries),
    marks,
  )
  return dropAbsent({
    type: 'tool_result',
    tool_use_id: part.callId,
    content: content.length === 0 ? undefined : content,
    is_error: part.isError || undefined,
    cache_control: marks(part.cacheControl),
  })
}

function writeImage(part: ImagePart, marks: CacheMarks): JsonObject | undefined {
  const source = writeSource(part.source)
  return source.type === 'text'
    ? undefined
    : dropAbsent({ type: 'image', source, cache_control: marks(part.cacheControl) })
}

function writeDocument(part: FilePart, marks: CacheMarks): JsonObject {
  const source = writeSource(asReadable(part.source))
  return dropAbsent({ type: 'document', source, title: part.name, cache_control: marks(part.cacheControl) })
}

/** Anthropic takes PDF as base64, and text as text. */
function asReadable(source: MediaSource): MediaSource {
  if (source.kind !== 'base64' || !/^text\/|json|xml/.test(source.mediaType)) return source
  return {
    kind: 'text',
    mediaType: source.mediaType,
    text: Buffer.from(source.data, 'base64').toString('utf8'),
  }
}

function writeSource(source: MediaSource): JsonObject {
  switch (source.kind) {
    case 'base64':
      return { type: 'base64', media_type: source.mediaType, data: source.data }
    case 'url':
      return { type: 'url', url: source.url }
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text }
    case 'file-id':
      return { type: 'file', file_id: source.id }
  }
}
