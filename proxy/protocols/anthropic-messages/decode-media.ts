import type { FilePart, ImagePart, MediaSource, OpaquePart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'
import {
  type Fields,
  fieldPath,
  optionalObject,
  optionalString,
  readObject,
  requiredString,
} from '../../chat/read-fields.ts'

export function decodeImage(block: Fields): ImagePart | OpaquePart {
  const source = decodeSource(readObject(block.object.source, fieldPath(block, 'source')))
  if (source === undefined) return opaque(block)
  return dropAbsent({ type: 'image' as const, source, cacheControl: optionalObject(block, 'cache_control') })
}

export function decodeDocument(block: Fields): FilePart | OpaquePart {
  const source = decodeSource(readObject(block.object.source, fieldPath(block, 'source')))
  if (source === undefined) return opaque(block)
  const name = optionalString(block, 'title')
  return dropAbsent({
    type: 'file' as const,
    source,
    name,
    cacheControl: optionalObject(block, 'cache_control'),
  })
}

function decodeSource(source: Fields): MediaSource | undefined {
  switch (source.object.type) {
    case 'base64':
      return {
        kind: 'base64',
        mediaType: requiredString(source, 'media_type'),
        data: requiredString(source, 'data'),
      }
    case 'url':
      return { kind: 'url', url: requiredString(source, 'url') }
    case 'text':
      return { kind: 'text', mediaType: 'text/plain', text: requiredString(source, 'data') }
    case 'file':
      return { kind: 'file-id', id: requiredString(source, 'file_id') }
    case 'content':
      return { kind: 'text', mediaType: 'text/plain', text: contentText(source) }
    default:
      return undefined
  }
}

/** A document of blocks: its text, which is all that other upstreams could read of it. */
function contentText(source: Fields): string {
  const { content } = source.object
  if (typeof content === 'string') return content
  return pickRecords(source.object, 'content')
    .map((block) => pickText(block, 'text') ?? '')
    .join('\n')
}

function opaque(block: Fields): OpaquePart {
  return { type: 'opaque', protocol: 'anthropic-messages', raw: block.object }
}
