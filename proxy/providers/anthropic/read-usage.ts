import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickObject } from '../../chat/pick-fields.ts'
import { readTokenCount, type Usage } from '../../chat/usage.ts'

/** Anthropic's own counts: what was read from the cache and written to it stands beside `input`, not in it. */
export type AnthropicUsage = {
  readonly input?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  readonly output?: number
  readonly thinking?: number
}

/** Joins a report to the earlier ones: counts are cumulative, so a later one wins. Zeros all over say nothing. */
export function joinUsage(earlier: AnthropicUsage, report: JsonObject | undefined): AnthropicUsage {
  if (report === undefined) return earlier
  const { output, thinking, ...input } = readReport(report)
  const says = Object.values(input).some((count) => count > 0)
  return { ...earlier, ...(says ? input : {}), ...dropAbsent({ output: output || undefined, thinking }) }
}

function readReport(report: JsonObject) {
  return dropAbsent({
    input: readTokenCount(report.input_tokens),
    cacheRead: readTokenCount(report.cache_read_input_tokens),
    cacheWrite: readTokenCount(report.cache_creation_input_tokens),
    output: readTokenCount(report.output_tokens),
    thinking: readTokenCount(pickObject(report, 'output_tokens_details')?.thinking_tokens),
  })
}

export function toUsage({ input, cacheRead, cacheWrite, output, thinking }: AnthropicUsage): Usage {
  const hasInput = input !== undefined || cacheRead !== undefined || cacheWrite !== undefined
  return dropAbsent({
    inputTokens: hasInput ? (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0) : undefined,
    outputTokens: output,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    reasoningTokens: thinking === undefined ? undefined : Math.min(thinking, output ?? thinking),
  })
}
