import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest, FilePart, ImagePart, Part, Turn } from '../../chat/chat-request.ts'
import { escapeMarkers } from './escape-markers.ts'

export type Attachment = ImagePart | FilePart

/** One string for DeepSeek's one field, and the files that go beside it, in the order in which they are spoken of. */
export type WrittenPrompt = { readonly prompt: string; readonly attachments: readonly Attachment[] }

type Label = 'System' | 'User' | 'Assistant'
type Block = { readonly label: Label; readonly text: string }

/**
 * Writes a conversation as a plain transcript: DeepSeek's web takes one text, and the tokens that once divided turns
 * are stripped from it or do nothing. Turns of one side are merged. Throws `invalid-request` where nothing is said.
 */
export function writePrompt({
  turns,
  answerFormat,
}: Pick<ChatRequest, 'turns' | 'answerFormat'>): WrittenPrompt {
  const attachments: Attachment[] = []
  const blocks: Block[] = []
  for (const turn of turns) {
    const text = turn.parts
      .map((part) => writePart(part, attachments))
      .filter((piece) => piece.trim() !== '')
      .join('\n\n')
    if (text !== '') addBlock(blocks, labelOf(turn), text)
  }
  if (blocks.length === 0)
    throw new ChatError('invalid-request', 'The request says nothing: every message is empty')
  const format = writeFormat(answerFormat)
  if (format !== '') blocks.push({ label: 'System', text: format })
  return { prompt: layOut(blocks), attachments }
}

function labelOf({ role }: Turn): Label {
  if (role === 'assistant') return 'Assistant'
  return role === 'user' ? 'User' : 'System'
}

function addBlock(blocks: Block[], label: Label, text: string): void {
  const last = blocks.at(-1)
  if (last?.label === label) blocks[blocks.length - 1] = { label, text: `${last.text}\n\n${text}` }
  else blocks.push({ label, text })
}

/**
 * A single question stands bare, behind its instructions; a conversation has its sides named, on lines of their own:
 * calls and results count only at the start of a line.
 */
function layOut(blocks: readonly Block[]): string {
  const [first, ...rest] = blocks
  const opening = first?.label === 'System' ? first.text : undefined
  const said = opening === undefined ? blocks : rest
  const isQuestion = said.length === 1 && said[0]?.label === 'User'
  const transcript = isQuestion
    ? said.map(({ text }) => text)
    : said.map(({ label, text }) => `${label}:\n${text}`)
  const goesOn =
    said.at(-1)?.label === 'Assistant' ? ['System:\nGo on with the assistant message above.'] : []
  const turn = isQuestion || said.length === 0 ? [] : ['Assistant:']
  return [...(opening === undefined ? [] : [opening]), ...transcript, ...goesOn, ...turn].join('\n\n')
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
    // Calls and results are text by now wherever tools are bridged; what is left of them is told, never dropped.
    case 'tool-call':
      return writeText(`Called ${part.name} with ${part.argumentsText || '{}'}`)
    case 'tool-result': {
      const inner = part.parts.map((one) => writePart(one, attachments)).filter((text) => text !== '')
      return `Tool result${part.name === undefined ? '' : ` (${part.name})`}: ${inner.join('\n') || '(no output)'}`
    }
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

function writeFormat(format: ChatRequest['answerFormat']): string {
  if (format?.type === 'json') return 'Answer with one JSON object and nothing else.'
  if (format?.type !== 'json-schema') return ''
  return escapeMarkers(
    `Answer with one JSON object and nothing else. It must fit this JSON schema:\n${JSON.stringify(format.schema)}`,
  )
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
