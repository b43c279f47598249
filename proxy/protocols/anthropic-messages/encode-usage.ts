import type { ChatRequest, Part } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Usage } from '../../chat/usage.ts'
import type { AnswerContext } from '../protocol.ts'

const CHARACTERS_PER_TOKEN = 4

/** The usage object. Both counts are required here, so what an upstream does not tell is estimated. */
export function encodeUsage(usage: Usage, context: AnswerContext, outputCharacters: number): JsonObject {
  const read = usage.cacheReadTokens ?? 0
  const write = usage.cacheWriteTokens ?? 0
  const input = usage.inputTokens ?? context.estimatedInputTokens ?? estimateInput(context.request)
  const output = usage.outputTokens ?? Math.ceil(outputCharacters / CHARACTERS_PER_TOKEN)
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

function estimateInput(request: ChatRequest): number {
  let characters = JSON.stringify(request.tools).length
  for (const turn of request.turns) for (const part of turn.parts) characters += charactersOf(part)
  return Math.ceil(characters / CHARACTERS_PER_TOKEN)
}

function charactersOf(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return part.text.length
    case 'tool-call':
      return part.argumentsText.length
    case 'tool-result':
      return part.parts.reduce((sum, inner) => sum + charactersOf(inner), 0)
    default:
      return 0
  }
}
