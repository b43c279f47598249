import type { MediaSource } from './chat-request.ts'

const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/

/** Reads a URL as a media source: a `data:` URL holds the media itself, any other is for the upstream to fetch. */
export function readMediaUrl(url: string): MediaSource {
  const head = DATA_URL.exec(url.slice(0, 512))
  if (head === null) return { kind: 'url', url }
  const mediaType = head[1] || 'application/octet-stream'
  const content = url.slice(head[0].length)
  if (head[2]?.toLowerCase().endsWith(';base64')) return { kind: 'base64', mediaType, data: content }
  return { kind: 'text', mediaType, text: decodePercent(content) }
}

/** The other way. A file id has no URL. */
export function writeMediaUrl(source: MediaSource): string | undefined {
  switch (source.kind) {
    case 'base64':
      return `data:${source.mediaType};base64,${source.data}`
    case 'url':
      return source.url
    case 'text':
      return `data:${source.mediaType},${encodeURIComponent(source.text.toWellFormed())}`
    case 'file-id':
      return undefined
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray percent sign: the text is taken as it stands.
    return text
  }
}
