import { dropAbsent } from '../../chat/drop-absent.ts'
import { estimateInputTokens, estimateTokens } from '../../chat/estimate-tokens.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Usage } from '../../chat/usage.ts'
import type { AnswerContext } from '../protocol.ts'

/** The usage object. Both counts are required here, so what an upstream does not tell is estimated. */
export function encodeUsage(usage: Usage, context: AnswerContext, outputCharacters: number): JsonObject {
  const read = usage.cacheReadTokens ?? 0
  const write = usage.cacheWriteTokens ?? 0
  const input = usage.inputTokens ?? context.estimatedInputTokens ?? estimateInputTokens(context.request)
  const output = usage.outputTokens ?? estimateTokens(outputCharacters)
  const thinking = usage.reasoningTokens
  return dropAbsent({
    input_tokens: Math.max(0, input - read - write),
    cache_creation_input_tokens: write,
    cache_read_input_tokens: read,
    output_tokens: output,
    output_tokens_details:
      thinking === undefined ? undefined : { thinking_tokens: Math.min(thinking, output) },
  })
}
