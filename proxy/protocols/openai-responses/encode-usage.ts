import { estimateInputTokens, estimateTokens } from '../../chat/estimate-tokens.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Usage } from '../../chat/usage.ts'
import type { AnswerContext } from '../protocol.ts'

/** The usage object. Clients count on all of it, so what an upstream does not tell is estimated. */
export function encodeUsage(usage: Usage, context: AnswerContext, outputCharacters: number): JsonObject {
  const input = usage.inputTokens ?? context.estimatedInputTokens ?? estimateInputTokens(context.request)
  const output = usage.outputTokens ?? estimateTokens(outputCharacters)
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: Math.min(usage.cacheReadTokens ?? 0, input),
      ...(usage.cacheWriteTokens === undefined ? {} : { cache_write_tokens: usage.cacheWriteTokens }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: Math.min(usage.reasoningTokens ?? 0, output) },
    total_tokens: input + output,
  }
}
