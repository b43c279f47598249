import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Usage } from '../../chat/usage.ts'

/** The usage object, or undefined where nothing is known of either side. Thoughts are counted beside the answer here. */
export function encodeUsage(usage: Usage): JsonObject | undefined {
  const { inputTokens, outputTokens, cacheReadTokens, reasoningTokens } = usage
  if (inputTokens === undefined && outputTokens === undefined) return undefined
  const prompt = inputTokens ?? 0
  const output = outputTokens ?? 0
  const thoughts = Math.min(reasoningTokens ?? 0, output)
  return dropAbsent({
    promptTokenCount: prompt,
    cachedContentTokenCount: cacheReadTokens === undefined ? undefined : Math.min(cacheReadTokens, prompt),
    candidatesTokenCount: output - thoughts,
    thoughtsTokenCount: reasoningTokens === undefined ? undefined : thoughts,
    totalTokenCount: prompt + output,
  })
}
