import type { ChatRequest, Part } from '../../chat/chat-request.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { Usage } from '../../chat/usage.ts'
import type { AnswerContext } from '../protocol.ts'

const CHARACTERS_PER_TOKEN = 4

/** The usage object. Clients count on all of it, so what an upstream does not tell is estimated. */
export function encodeUsage(usage: Usage, context: AnswerContext, outputCharacters: number): JsonObject {
  const input = usage.inputTokens ?? context.estimatedInputTokens ?? estimateInput(context.request)
  const output = usage.outputTokens ?? Math.ceil(outputCharacters / CHARACTERS_PER_TOKEN)
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
