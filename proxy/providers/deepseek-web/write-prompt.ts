import { ChatError } from '../../chat/chat-error.ts'
import type { FilePart, ImagePart, Part } from '../../chat/chat-request.ts'
import {
  type Block,
  gatherBlocks,
  goOn,
  nameSides,
  type TranscriptSource,
  writeLeftoverCall,
  writeLeftoverResult,
} from '../../chat/transcript.ts'
import { escapeMarkers } from './escape-markers.ts'

export type Attachment = ImagePart | FilePart

/** One string for DeepSeek's one field, and the files that go beside it, in the order in which they are spoken of. */
export type WrittenPrompt = { readonly prompt: string; readonly attachments: readonly Attachment[] }

/**
 * Writes a conversation as a plain transcript: DeepSeek's web takes one text, and the tokens that once divided turns
 * are stripped from it or do nothing. Turns of one side are merged. Throws `invalid-request` where nothing is said.
 */
export function writePrompt(request: TranscriptSource): WrittenPrompt {
  const attachments: Attachment[] = []
  const blocks = gatherBlocks(request, (part) => writePart(part, attachments), escapeMarkers)
  return { prompt: layOut(blocks), attachments }
}

/** A single question stands bare, behind its instructions; a conversation has its sides named. */
function layOut(blocks: readonly Block[]): string {
  const [first, ...rest] = blocks
  const opening = first?.label === 'System' ? first.text : undefined
  const said = opening === undefined ? blocks : rest
  const isQuestion = said.length === 1 && said[0]?.label === 'User'
  const transcript = isQuestion ? said.map(({ text }) => text) : nameSides(said)
  const turn = isQuestion || said.length === 0 ? [] : ['Assistant:']
  return [...(opening === undefined ? [] : [opening]), ...transcript, ...goOn(said), ...turn].join('\n\n')
}

function writePart(part: Part, attachments: Attachment[]): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return writeText(part.text)
    case 'image':
    case 'file':
      return writeMedia(part, attachments)
    case 'audio':
      throw new ChatError(
        'invalid-request',
        'DeepSeek’s web takes no audio; leave it out or use another model',
        {
          code: 'unsupported_content',
        },
      )
    case 'tool-call':
      return writeText(writeLeftoverCall(part))
    case 'tool-result':
      return writeLeftoverResult(part, (inner) => writePart(inner, attachments))
    case 'opaque':
      return writeText(part.text ?? '')
    // Past reasoning is not replayed.
    case 'thinking':
    case 'redacted-thinking':
      return ''
  }
}

/** DeepSeek's page would try to load an embedded image: it becomes a plain link. */
function writeText(text: string): string {
  return escapeMarkers(text.replaceAll(/!\[([^\]\n]{0,200})\]\(([^)\s]{1,2000})\)/g, '[$1]($2)'))
}

function writeMedia(part: Attachment, attachments: Attachment[]): string {
  const { source } = part
  const name = part.type === 'file' ? (part.name ?? 'document') : 'image'
  switch (source.kind) {
    case 'text':
      return writeText(`${name}:\n${source.text}`)
    case 'url':
      return writeText(`[${name}](${source.url})`)
    case 'base64':
      attachments.push(part)
      return `[${escapeMarkers(name)}: attached file ${attachments.length}]`
    case 'file-id':
      throw new ChatError(
        'invalid-request',
        `The file ${source.id} is kept by another provider: send its content`,
        {
          code: 'unsupported_content',
        },
      )
  }
}

/** How many characters a prompt has as DeepSeek counts them. */
export function countCharacters(prompt: string): number {
  let count = prompt.length
  for (let index = 0; index < prompt.length - 1; index++) {
    const unit = prompt.charCodeAt(index)
    if (unit >= 0xd800 && unit < 0xdc00) count--
  }
  return count
}
