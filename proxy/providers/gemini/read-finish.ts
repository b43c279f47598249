import { ChatError } from '../../chat/chat-error.ts'
import type { FinishReason } from '../../chat/stream-part.ts'

const REFUSALS = new Set([
  'SAFETY',
  'RECITATION',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'LANGUAGE',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
])

/** Words by which Gemini says that its model broke off (seen 2026-11). */
const FAILURES = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'MALFORMED_RESPONSE',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
])

/** What a finish reason means. Unknown words are a plain stop. */
export function readFinishReason(word: string): FinishReason {
  if (word === 'MAX_TOKENS') return 'length'
  return REFUSALS.has(word) ? 'refused' : 'stop'
}

/** The error that a finish reason stands for, where it does. */
export function readFinishFailure(word: string): ChatError | undefined {
  if (!FAILURES.has(word)) return undefined
  return new ChatError('upstream-unavailable', `The upstream broke off its answer (${word})`, { code: word })
}
