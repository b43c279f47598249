import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { pickObject } from '../../chat/pick-fields.ts'
import { readTokenCount, type Usage } from '../../chat/usage.ts'

/**
 * Reads a usage object, with the names that vendors gave their cache counts. Undefined where it says nothing: some
 * upstreams send zeros in each chunk until the last one.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const prompt = pickObject(value, 'prompt_tokens_details')
  const inputTokens = readTokenCount(value.prompt_tokens)
  const completionTokens = readTokenCount(value.completion_tokens)
  if (!inputTokens && !completionTokens) return undefined
  const told = readReasoning(value)
  const outputTokens = wholeOutput(value, { inputTokens, completionTokens, told })
  return dropAbsent({
    inputTokens,
    outputTokens,
    cacheReadTokens: firstCount([
      prompt?.cached_tokens,
      value.prompt_cache_hit_tokens,
      value.cached_tokens,
      value.cache_read_input_tokens,
    ]),
    cacheWriteTokens: firstCount([
      prompt?.cache_write_tokens,
      prompt?.cache_creation_tokens,
      value.cache_creation_input_tokens,
    ]),
    reasoningTokens: told === undefined ? undefined : Math.min(told, outputTokens ?? told),
  })
}

function readReasoning(usage: JsonObject): number | undefined {
  const completion = pickObject(usage, 'completion_tokens_details')
  return firstCount([completion?.reasoning_tokens, completion?.thinking_tokens, usage.reasoning_tokens])
}

type Counts = {
  readonly inputTokens: number | undefined
  readonly completionTokens: number | undefined
  readonly told: number | undefined
}

/** xAI counts reasoning beside the completion; its total tells (seen 2026-08). */
function wholeOutput(usage: JsonObject, { inputTokens, completionTokens, told }: Counts): number | undefined {
  const total = readTokenCount(usage.total_tokens)
  if (completionTokens === undefined || !told || total === undefined) return completionTokens
  const isBeside = total === (inputTokens ?? 0) + completionTokens + told
  return isBeside ? completionTokens + told : completionTokens
}

function firstCount(values: readonly unknown[]): number | undefined {
  for (const value of values) {
    const count = readTokenCount(value)
    if (count !== undefined) return count
  }
  return undefined
}
