import type { Usage } from '../chat/usage.ts'

/** What a row of the log says of the tokens that an answer used; null where the upstream did not say. */
export function usageFields(usage: Usage) {
  return {
    inputTokens: usage.inputTokens ?? null,
    outputTokens: usage.outputTokens ?? null,
    cacheReadTokens: usage.cacheReadTokens ?? null,
    reasoningTokens: usage.reasoningTokens ?? null,
    tokensEstimated: usage.estimated === true,
  }
}
