import { ChatError } from '../../chat/chat-error.ts'
import type { ChatRequest, Part, Turn } from '../../chat/chat-request.ts'

type Label = 'System' | 'User' | 'Assistant'
type Block = { readonly label: Label; readonly text: string }

/** Cursor's models are told that they work on files. Here are none, and its own tools are denied: asking for them is in vain. */
const TEXT_ONLY =
  'There is no workspace here, and none of the tools of your own can be used. Answer with text alone.'

/**
 * Writes a conversation as one text, which is all that a run takes. Turns of one side are merged. Throws
 * `invalid-request` where nothing is said, and for pictures, sounds and documents, which a run cannot carry.
 */
export function writePrompt({ turns, answerFormat }: Pick<ChatRequest, 'turns' | 'answerFormat'>): string {
  const blocks: Block[] = []
  for (const turn of turns) {
    const text = turn.parts
      .map(writePart)
      .filter((piece) => piece.trim() !== '')
      .join('\n\n')
    if (text !== '') addBlock(blocks, labelOf(turn), text)
  }
  if (blocks.length === 0)
    throw new ChatError('invalid-request', 'The request says nothing: every message is empty')
  const format = writeFormat(answerFormat)
  if (format !== '') blocks.push({ label: 'System', text: format })
  return layOut(blocks)
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

function layOut(blocks: readonly Block[]): string {
  const goesOn =
    blocks.at(-1)?.label === 'Assistant' ? ['System:\nGo on with the assistant message above.'] : []
  const transcript = blocks.map(({ label, text }) => `${label}:\n${text}`)
  return [TEXT_ONLY, ...transcript, ...goesOn, 'Assistant:'].join('\n\n')
}

function writePart(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text
    case 'file':
      if (part.source.kind === 'text') return `${part.name ?? 'document'}:\n${part.source.text}`
      throw unsupported('documents')
    case 'image':
      throw unsupported('pictures')
    case 'audio':
      throw unsupported('sounds')
    // Calls and results are text by now wherever tools are bridged; what is left of them is told, never dropped.
    case 'tool-call':
      return `Called ${part.name} with ${part.argumentsText || '{}'}`
    case 'tool-result': {
      const inner = part.parts.map(writePart).filter((text) => text !== '')
      return `Tool result${part.name === undefined ? '' : ` (${part.name})`}: ${inner.join('\n') || '(no output)'}`
    }
    case 'opaque':
      return part.text ?? ''
    // Past reasoning is not replayed.
    case 'thinking':
    case 'redacted-thinking':
      return ''
  }
}

function unsupported(what: string): ChatError {
  return new ChatError(
    'invalid-request',
    `Cursor takes text alone on this route: leave out the ${what} or use another model`,
    { code: 'unsupported_content' },
  )
}

function writeFormat(format: ChatRequest['answerFormat']): string {
  if (format?.type === 'json') return 'Answer with one JSON object and nothing else.'
  if (format?.type !== 'json-schema') return ''
  return `Answer with one JSON object and nothing else. It must fit this JSON schema:\n${JSON.stringify(format.schema)}`
}
