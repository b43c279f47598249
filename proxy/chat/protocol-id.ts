/** How a client speaks to us, and how a wire provider is spoken to. */
export type ProtocolId = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'
