import { dropAbsent } from '../../chat/drop-absent.ts'
import { isJsonObject } from '../../chat/json.ts'
import { readTokenCount, type Usage } from '../../chat/usage.ts'

/** Reads `usageMetadata`, which counts thoughts beside the answer; undefined where it says nothing. */
export function readUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const prompt = readTokenCount(value.promptTokenCount)
  const answer = readTokenCount(value.candidatesTokenCount)
  const thoughts = readTokenCount(value.thoughtsTokenCount)
  if (!prompt && !answer && !thoughts) return undefined
  const tools = readTokenCount(value.toolUsePromptTokenCount)
  return dropAbsent({
    inputTokens: prompt === undefined ? undefined : prompt + (tools ?? 0),
    outputTokens:
      answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0),
    cacheReadTokens: readTokenCount(value.cachedContentTokenCount),
    reasoningTokens: thoughts,
  })
}
