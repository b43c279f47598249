import { ChatError } from '../../chat/chat-error.ts'
import { lookUp } from '../../chat/look-up.ts'
import type { FinishReason } from '../../chat/stream-part.ts'

/** What each `finish_reason` means; vendors have words of their own. Unknown words are a plain stop. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  tool_use: 'tool-calls',
  content_filter: 'refused',
  refusal: 'refused',
  safety: 'refused',
  sensitive: 'refused',
}

/** Words by which an upstream says that it broke off: OpenRouter, DeepSeek, Zhipu, vLLM (seen 2026-08). */
const FAILURES = new Set(['error', 'insufficient_system_resource', 'network_error', 'abort'])

export function readFinishReason(word: string): FinishReason {
  return lookUp(REASONS, word.toLowerCase()) ?? 'stop'
}

/** The error that a finish reason stands for, where it does. */
export function readFinishFailure(word: string): ChatError | undefined {
  if (!FAILURES.has(word)) return undefined
  const kind = word === 'insufficient_system_resource' ? 'overloaded' : 'upstream-unavailable'
  return new ChatError(kind, `The upstream broke off its answer (${word})`, { code: word })
}
