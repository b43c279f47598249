import { createHash } from 'node:crypto'
import type { ChatRequest } from '../chat/chat-request.ts'

/**
 * What a conversation is known by: the client's own cache key where it sends one, else a digest of its first turns,
 * which stay the same while it grows.
 */
export function nameConversation(request: ChatRequest): string {
  if (request.promptCacheKey !== undefined) return request.promptCacheKey
  const hash = createHash('sha256').update(request.user ?? '')
  for (const turn of request.turns.slice(0, 2))
    for (const part of turn.parts) if (part.type === 'text') hash.update(`\0${part.text}`)
  return hash.digest('base64url')
}
