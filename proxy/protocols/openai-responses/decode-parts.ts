import type { FilePart, ImagePart, MediaSource, Part, ToolResultPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonValue } from '../../chat/json.ts'
import { readMediaUrl } from '../../chat/media-url.ts'
import {
  type Fields,
  fieldPath,
  missingField,
  optionalString,
  readObject,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'

/** Reads the content of a message: a string, a list of parts, or nothing. */
export function decodeContent(item: Fields, name = 'content'): readonly Part[] {
  const value = item.object[name]
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  const path = fieldPath(item, name)
  if (!Array.isArray(value)) throw wrongField(path, 'a string or a list of parts')
  return value.map((part: JsonValue, index) => decodePart(part, `${path}[${index}]`))
}

function decodePart(value: JsonValue, path: string): Part {
  if (typeof value === 'string') return { type: 'text', text: value }
  const part = readObject(value, path)
  switch (optionalString(part, 'type')) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: requiredString(part, 'text') }
    case 'refusal':
      return { type: 'refusal', text: requiredString(part, 'refusal') }
    case 'input_image':
    case 'image_url':
      return decodeImage(part)
    case 'input_file':
      return decodeFile(part)
    case 'input_audio':
      return decodeAudio(part)
    default:
      return { type: 'opaque', protocol: 'openai-responses', raw: value }
  }
}

/** `image_url` is a plain string here; clients that come from chat completions put it into an object. */
function decodeImage(part: Fields): ImagePart {
  const { image_url: value } = part.object
  const id = optionalString(part, 'file_id')
  const detail = optionalString(part, 'detail')
  if (id !== undefined)
    return dropAbsent({ type: 'image' as const, source: { kind: 'file-id' as const, id }, detail })
  const path = fieldPath(part, 'image_url')
  if (value === undefined || value === null) throw missingField(path)
  const url = typeof value === 'string' ? value : requiredString(readObject(value, path), 'url')
  return dropAbsent({ type: 'image' as const, source: readMediaUrl(url), detail })
}

function decodeFile(part: Fields): FilePart {
  return dropAbsent({
    type: 'file' as const,
    source: decodeFileSource(part),
    name: optionalString(part, 'filename'),
  })
}

function decodeFileSource(part: Fields): MediaSource {
  const id = optionalString(part, 'file_id')
  if (id !== undefined) return { kind: 'file-id', id }
  const url = optionalString(part, 'file_url')
  if (url !== undefined) return readMediaUrl(url)
  const content = requiredString(part, 'file_data')
  // Clients send a data URL or bare base64; the latter is a PDF by the API's rule.
  if (content.startsWith('data:')) return readMediaUrl(content)
  return { kind: 'base64', mediaType: 'application/pdf', data: content }
}

function decodeAudio(part: Fields): Part {
  const audio = readObject(part.object.input_audio ?? part.object, fieldPath(part, 'input_audio'))
  return {
    type: 'audio',
    data: requiredString(audio, 'data'),
    format: optionalString(audio, 'format') ?? 'wav',
  }
}

/** What a call gave: text and media as they are, anything else as its JSON. */
export function decodeOutput(item: Fields): ToolResultPart['parts'] {
  const { output } = item.object
  if (output !== null && output !== undefined && typeof output !== 'string' && !Array.isArray(output)) {
    return [{ type: 'text', text: JSON.stringify(output) }]
  }
  return decodeContent(item, 'output').map((part) => {
    if (part.type === 'text' || part.type === 'image' || part.type === 'file') return part
    return { type: 'text', text: JSON.stringify(part.type === 'opaque' ? part.raw : part) }
  })
}
