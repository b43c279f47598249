import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject } from '../../chat/json.ts'
import { pickObject } from '../../chat/pick-fields.ts'
import { readTokenCount, type Usage } from '../../chat/usage.ts'

/** Reads a usage object; undefined where it says nothing. */
export function readUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const inputTokens = readTokenCount(value.input_tokens)
  const outputTokens = readTokenCount(value.output_tokens)
  if (!inputTokens && !outputTokens) return undefined
  const input = pickObject(value, 'input_tokens_details')
  const reasoning = readTokenCount(pickObject(value, 'output_tokens_details')?.reasoning_tokens)
  return dropAbsent({
    inputTokens,
    outputTokens,
    cacheReadTokens: readTokenCount(input?.cached_tokens),
    cacheWriteTokens: readTokenCount(input?.cache_write_tokens),
    reasoningTokens: reasoning === undefined ? undefined : Math.min(reasoning, outputTokens ?? reasoning),
  })
}
