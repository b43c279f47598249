import type { Part, ToolResultPart, Turn } from './chat-request.ts'

/**
 * For upstreams whose tool results hold text only: images and files move behind the results of the same turn, and a
 * line says whose they are. They are never written out as text.
 */
export function moveResultImages(turn: Turn): Turn {
  const moved: Part[] = []
  const parts = turn.parts.map((part) => (part.type === 'tool-result' ? splitResult(part, moved) : part))
  if (moved.length === 0) return turn
  const results = parts.filter((part) => part.type === 'tool-result')
  return { ...turn, parts: [...results, ...moved, ...parts.filter((part) => part.type !== 'tool-result')] }
}

function splitResult(result: ToolResultPart, moved: Part[]): ToolResultPart {
  const media = result.parts.filter((part) => part.type === 'image' || part.type === 'file')
  if (media.length === 0) return result
  moved.push({ type: 'text', text: `From the result of call ${result.callId}:` }, ...media)
  const rest = result.parts.filter((part) => part.type !== 'image' && part.type !== 'file')
  return { ...result, parts: [...rest, { type: 'text', text: '(See the attachment below.)' }] }
}
