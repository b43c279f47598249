import { ChatError } from '../../chat/chat-error.ts'
import type { FilePart, ImagePart, Part } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { writeMediaUrl } from '../../chat/media-url.ts'

/** Writes one part of what a user says; a part that has no place in a message gives none. */
export function writePart(part: Part): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'input_text', text: part.text }]
    case 'image':
      return [writeImage(part)]
    case 'file':
      return [writeFile(part)]
    case 'audio':
      throw new ChatError('invalid-request', 'This model does not listen to audio', { param: 'messages' })
    case 'opaque':
      if (part.protocol === 'openai-responses') return isJsonObject(part.raw) ? [part.raw] : []
      return part.text === undefined ? [] : [{ type: 'input_text', text: part.text }]
    default:
      return []
  }
}

function writeImage({ source, detail = 'auto' }: ImagePart): JsonObject {
  if (source.kind === 'file-id') return { type: 'input_image', file_id: source.id, detail }
  return { type: 'input_image', image_url: writeMediaUrl(source), detail }
}

function writeFile({ source, name }: FilePart): JsonObject {
  switch (source.kind) {
    case 'file-id':
      return { type: 'input_file', file_id: source.id }
    case 'url':
      return dropAbsent({ type: 'input_file', filename: name, file_url: source.url })
    case 'text':
      return { type: 'input_text', text: name === undefined ? source.text : `${name}:\n${source.text}` }
    case 'base64':
      return { type: 'input_file', filename: name ?? 'document.pdf', file_data: writeMediaUrl(source) }
  }
}
