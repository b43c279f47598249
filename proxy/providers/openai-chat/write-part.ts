import type { Capabilities } from '../../chat/capabilities.ts'
import type { OpaquePart, Part } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { writeMediaUrl } from '../../chat/media-url.ts'

/** Writes one part of a content list; a part that has no place in a chat completion gives none. */
export function writePart(part: Part, capabilities: Capabilities): readonly JsonObject[] {
  const mark = 'cacheControl' in part && capabilities.cacheControl ? part.cacheControl : undefined
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [dropAbsent({ type: 'text', text: part.text, cache_control: mark })]
    case 'image': {
      const url = writeMediaUrl(part.source)
      if (url === undefined) return []
      const image = dropAbsent({ url, detail: part.detail })
      return [dropAbsent({ type: 'image_url', image_url: image, cache_control: mark })]
    }
    case 'file':
      return [writeFile(part)]
    case 'audio':
      return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format } }]
    case 'opaque':
      return writeOpaque(part)
    default:
      return []
  }
}

function writeFile({ source, name }: Extract<Part, { type: 'file' }>): JsonObject {
  if (source.kind === 'file-id') return { type: 'file', file: { file_id: source.id } }
  if (source.kind === 'text')
    return { type: 'text', text: name === undefined ? source.text : `${name}:\n${source.text}` }
  if (source.kind === 'url') return { type: 'text', text: `Document: ${source.url}` }
  return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: writeMediaUrl(source) } }
}

function writeOpaque(part: OpaquePart): readonly JsonObject[] {
  if (part.protocol !== 'openai-chat')
    return part.text === undefined ? [] : [{ type: 'text', text: part.text }]
  return isJsonObject(part.raw) ? [part.raw] : []
}
