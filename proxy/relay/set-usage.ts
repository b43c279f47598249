import type { Usage } from '../chat/usage.ts'
import type { Reported } from '../request-log/request-log.ts'

/** Says in a row of the log which tokens an answer used; null where the upstream did not say. */
export function setUsage(entry: Reported, usage: Usage): void {
  entry.inputTokens = usage.inputTokens ?? null
  entry.outputTokens = usage.outputTokens ?? null
  entry.cacheReadTokens = usage.cacheReadTokens ?? null
  entry.reasoningTokens = usage.reasoningTokens ?? null
  entry.tokensEstimated = usage.estimated === true
}
