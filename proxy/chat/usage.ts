/**
 * Tokens of one answer. `inputTokens` is the whole prompt, cached parts included; `reasoningTokens` is a part of
 * `outputTokens`. A count that the upstream did not give is undefined. `estimated` marks counts that Portside made up.
 */
export type Usage = {
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly cacheReadTokens?: number
  readonly cacheWriteTokens?: number
  readonly reasoningTokens?: number
  readonly estimated?: true
}

const LARGEST_COUNT = 1_000_000_000

/** A token count as upstreams send it, made safe: finite, whole, 0 to 10^9; anything else is undefined. */
export function readTokenCount(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Math.min(LARGEST_COUNT, Math.max(0, Math.round(value)))
}

/** Joins two reports about one answer, field by field: the later value wins where it has one (counts are cumulative). */
export function mergeUsage(earlier: Usage, later: Usage): Usage {
  const merged: Record<string, unknown> = { ...earlier }
  const given: Readonly<Record<string, unknown>> = later
  for (const field in given) if (given[field] !== undefined) merged[field] = given[field]
  return merged as Usage
}
