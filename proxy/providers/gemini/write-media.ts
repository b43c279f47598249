import type { FilePart, ImagePart, MediaSource } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import { lookUp } from '../../chat/look-up.ts'

export function writeImage({ source }: ImagePart): JsonObject {
  return writeSource(source, 'image/jpeg')
}

export function writeFile({ source, name }: FilePart): JsonObject {
  if (source.kind === 'text') return { text: name === undefined ? source.text : `${name}:\n${source.text}` }
  return writeSource(source, 'application/pdf')
}

export function writeInline(mimeType: string, data: string): JsonObject {
  return { inlineData: { mimeType, data } }
}

function writeSource(source: MediaSource, spareType: string): JsonObject {
  switch (source.kind) {
    case 'base64':
      return writeInline(source.mediaType, source.data)
    case 'text':
      return writeInline(source.mediaType, Buffer.from(source.text, 'utf8').toString('base64'))
    case 'url':
      return {
        fileData: dropAbsent({
          mimeType: source.mediaType ?? typeOf(source.url, spareType),
          fileUri: source.url,
        }),
      }
    case 'file-id':
      return { fileData: { mimeType: spareType, fileUri: source.id } }
  }
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
}

/** Gemini wants to be told the type of a file that it fetches; the name's ending tells it. */
function typeOf(url: string, spareType: string): string {
  return lookUp(TYPES, /\.(\w+)(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? '') ?? spareType
}
