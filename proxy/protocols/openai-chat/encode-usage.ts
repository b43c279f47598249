import type { JsonObject } from '../../chat/json.ts'
import type { Usage } from '../../chat/usage.ts'

/** The usage object, or undefined where nothing is known of either side. */
export function encodeUsage(usage: Usage): JsonObject | undefined {
  const { inputTokens, outputTokens } = usage
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  const prompt = inputTokens ?? 0
  const completion = outputTokens ?? 0
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens ?? 0,
      ...(usage.cacheWriteTokens === undefined ? {} : { cache_write_tokens: usage.cacheWriteTokens }),
    },
    completion_tokens_details: { reasoning_tokens: Math.min(usage.reasoningTokens ?? 0, completion) },
  }
}
