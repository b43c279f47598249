import type { Part } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonValue } from '../../chat/json.ts'
import { readMediaUrl } from '../../chat/media-url.ts'
import { pickText } from '../../chat/pick-fields.ts'
import {
  type Fields,
  fieldPath,
  optionalFields,
  optionalObject,
  optionalString,
  readObject,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'

/** Reads `content`: a string, a list of parts, or nothing. */
export function decodeContent(message: Fields): readonly Part[] {
  const value = message.object.content
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  const path = fieldPath(message, 'content')
  if (!Array.isArray(value)) throw wrongField(path, 'a string or a list of parts')
  return value.map((part: JsonValue, index) => decodePart(part, `${path}[${index}]`))
}

function decodePart(value: JsonValue, path: string): Part {
  if (typeof value === 'string') return { type: 'text', text: value }
  const part = readObject(value, path)
  const cacheControl = optionalObject(part, 'cache_control')
  switch (optionalString(part, 'type')) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return dropAbsent({ type: 'text' as const, text: requiredString(part, 'text'), cacheControl })
    case 'refusal':
      return { type: 'refusal', text: requiredString(part, 'refusal') }
    case 'thinking':
      return { type: 'thinking', text: optionalString(part, 'thinking') ?? '' }
    case 'image_url':
    case 'input_image':
      return dropAbsent({ ...decodeImage(part), cacheControl })
    case 'input_audio':
      return decodeAudio(part)
    case 'file':
      return dropAbsent({ ...decodeFile(part), cacheControl })
    default:
      return { type: 'opaque', protocol: 'openai-chat', raw: value }
  }
}

function decodeImage(part: Fields) {
  const { image_url: value } = part.object
  if (typeof value === 'string') return { type: 'image' as const, source: readMediaUrl(value) }
  const image = readObject(value, fieldPath(part, 'image_url'))
  const source = readMediaUrl(requiredString(image, 'url'))
  return dropAbsent({ type: 'image' as const, source, detail: optionalString(image, 'detail') })
}

function decodeAudio(part: Fields): Part {
  const audio = readObject(part.object.input_audio, fieldPath(part, 'input_audio'))
  return {
    type: 'audio',
    data: requiredString(audio, 'data'),
    format: optionalString(audio, 'format') ?? 'wav',
  }
}

function decodeFile(part: Fields) {
  const file = optionalFields(part, 'file') ?? part
  const id = optionalString(file, 'file_id')
  const name = optionalString(file, 'filename')
  if (id !== undefined)
    return dropAbsent({ type: 'file' as const, source: { kind: 'file-id' as const, id }, name })
  const content = requiredString(file, 'file_data')
  // Clients send a data URL or bare base64; the latter is a PDF by the API's rule.
  const source = content.startsWith('data:')
    ? readMediaUrl(content)
    : { kind: 'base64' as const, mediaType: 'application/pdf', data: content }
  return dropAbsent({ type: 'file' as const, source, name })
}

/** The reasoning that a client gives back on an assistant message, under either of its names. */
export function decodeReasoning(message: Fields): readonly Part[] {
  const text = pickText(message.object, 'reasoning_content') ?? pickText(message.object, 'reasoning')
  return text === undefined ? [] : [{ type: 'thinking', text }]
}

/** What a tool message holds: text and images as they are, anything else as its JSON. */
export function decodeResultContent(message: Fields) {
  const { content } = message.object
  if (isJsonObject(content) || typeof content === 'number' || typeof content === 'boolean') {
    return [{ type: 'text' as const, text: JSON.stringify(content) }]
  }
  return decodeContent(message).map((part) => {
    if (part.type === 'text' || part.type === 'image' || part.type === 'file') return part
    return { type: 'text' as const, text: JSON.stringify(part.type === 'opaque' ? part.raw : part) }
  })
}
