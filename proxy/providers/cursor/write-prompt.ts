import { ChatError } from '../../chat/chat-error.ts'
import type { Part } from '../../chat/chat-request.ts'
import {
  gatherBlocks,
  goOn,
  nameSides,
  type TranscriptSource,
  writeLeftoverCall,
  writeLeftoverResult,
} from '../../chat/transcript.ts'

/** Cursor's models are told that they work on files. Here are none, and its own tools are denied: asking for them is in vain. */
const TEXT_ONLY =
  'There is no workspace here, and none of the tools of your own can be used. Answer with text alone.'

/**
 * Writes a conversation as one text, which is all that a run takes. Turns of one side are merged. Throws
 * `invalid-request` where nothing is said, and for pictures, sounds and documents, which a run cannot carry.
 */
export function writePrompt(request: TranscriptSource): string {
  const blocks = gatherBlocks(request, writePart)
  return [TEXT_ONLY, ...nameSides(blocks), ...goOn(blocks), 'Assistant:'].join('\n\n')
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
    case 'tool-call':
      return writeLeftoverCall(part)
    case 'tool-result':
      return writeLeftoverResult(part, writePart)
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
