import { ChatError } from './chat-error.ts'
import type { ChatRequest, Part, Turn } from './chat-request.ts'

/** One side's words in a row, for upstreams that take a conversation as one text. */
export type Block = { readonly label: 'System' | 'User' | 'Assistant'; readonly text: string }

export type TranscriptSource = Pick<ChatRequest, 'turns' | 'answerFormat'>

/**
 * Gathers a conversation into blocks, turns of one side merged, with the wished form of the answer as the last word.
 * `writePart` gives a part's text, empty for what is left out; `writeText` has the last hand on our own. Throws
 * `invalid-request` where nothing is said.
 */
export function gatherBlocks(
  { turns, answerFormat }: TranscriptSource,
  writePart: (part: Part) => string,
  writeText: (text: string) => string = (text) => text,
): Block[] {
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
  if (format !== '') blocks.push({ label: 'System', text: writeText(format) })
  return blocks
}

/** Blocks with their sides named, on lines of their own: calls and results count only at the start of a line. */
export function nameSides(blocks: readonly Block[]): string[] {
  return blocks.map(({ label, text }) => `${label}:\n${text}`)
}

/** What is asked of a model whose own words stand last. */
export function goOn(blocks: readonly Block[]): string[] {
  return blocks.at(-1)?.label === 'Assistant' ? ['System:\nGo on with the assistant message above.'] : []
}

/** Calls and results are text by now wherever tools are bridged; what is left of them is told, never dropped. */
export function writeLeftoverCall({ name, argumentsText }: Extract<Part, { type: 'tool-call' }>): string {
  return `Called ${name} with ${argumentsText || '{}'}`
}

export function writeLeftoverResult(
  { name, parts }: Extract<Part, { type: 'tool-result' }>,
  writePart: (part: Part) => string,
): string {
  const inner = parts.map(writePart).filter((text) => text !== '')
  return `Tool result${name === undefined ? '' : ` (${name})`}: ${inner.join('\n') || '(no output)'}`
}

function labelOf({ role }: Turn): Block['label'] {
  if (role === 'assistant') return 'Assistant'
  return role === 'user' ? 'User' : 'System'
}

function addBlock(blocks: Block[], label: Block['label'], text: string): void {
  const last = blocks.at(-1)
  if (last?.label === label) blocks[blocks.length - 1] = { label, text: `${last.text}\n\n${text}` }
  else blocks.push({ label, text })
}

function writeFormat(format: ChatRequest['answerFormat']): string {
  if (format?.type === 'json') return 'Answer with one JSON object and nothing else.'
  if (format?.type !== 'json-schema') return ''
  return `Answer with one JSON object and nothing else. It must fit this JSON schema:\n${JSON.stringify(format.schema)}`
}
