import type { ChatRequest, Part } from './chat-request.ts'

const CHARACTERS_PER_TOKEN = 4

/** How many tokens so many characters roughly are. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN)
}

/** A rough size of a prompt, four characters a token, for protocols that demand a number before anybody counted. */
export function estimateInputTokens(request: ChatRequest): number {
  let characters = JSON.stringify(request.tools).length
  for (const turn of request.turns) for (const part of turn.parts) characters += charactersOf(part)
  return estimateTokens(characters)
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
