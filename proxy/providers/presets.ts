import type { ProviderSetting, ProviderType } from '../../contract/settings.ts'
import type { Capabilities } from '../chat/capabilities.ts'

/** What is known of a vendor's API: its type, where it is, and what differs from the default capabilities. */
export type Preset = {
  readonly type: ProviderType
  readonly displayName: string
  readonly baseUrl: string
  readonly capabilities?: Partial<Capabilities>
  /** The server runs on this machine or network and needs no key. */
  readonly isLocal?: true
}

/** Base URLs and limits as the vendors' documents gave them, read 2026-11. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  openai: {
    type: 'openai-chat',
    displayName: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    capabilities: {
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      effortLevels: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
    },
  },
  anthropic: {
    type: 'anthropic',
    displayName: 'Anthropic',
    baseUrl: 'https://api.anthropic.com',
    capabilities: {
      toolNameMax: 128,
      imagesInToolResults: true,
      cacheControl: true,
      thinkingStyle: 'adaptive',
      effortLevels: ['low', 'medium', 'high', 'xhigh', 'max'],
      sampling: false,
      defaultMaxTokens: 32_000,
    },
  },
  deepseek: {
    type: 'openai-chat',
    displayName: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    capabilities: { wantsReasoningBack: true, jsonSchemaFormat: false, largestMaxTokens: 65_536 },
  },
  gemini: {
    type: 'gemini',
    displayName: 'Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com',
    // Levels are Gemini 3's; budgets are understood by 2.5 and, for compatibility, by 3 (documents read 2026-11).
    capabilities: { schemaDialect: 'openapi', thinkingStyle: 'budget', imagesInToolResults: true },
  },
  openrouter: { type: 'openai-chat', displayName: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
  groq: {
    type: 'openai-chat',
    displayName: 'Groq',
    baseUrl: 'https://api.groq.com/openai/v1',
    capabilities: { maxTokensField: 'max_completion_tokens' },
  },
  mistral: {
    type: 'openai-chat',
    displayName: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    capabilities: { callIdMax: 9, effortLevels: [] },
  },
  xai: {
    type: 'openai-chat',
    displayName: 'xAI',
    baseUrl: 'https://api.x.ai/v1',
    capabilities: { maxTokensField: 'max_completion_tokens' },
  },
  moonshot: {
    type: 'openai-chat',
    displayName: 'Moonshot',
    baseUrl: 'https://api.moonshot.ai/v1',
    capabilities: { wantsReasoningBack: true },
  },
  zhipu: { type: 'openai-chat', displayName: 'Zhipu', baseUrl: 'https://open.bigmodel.cn/api/paas/v4' },
  dashscope: {
    type: 'openai-chat',
    displayName: 'DashScope',
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  },
  together: { type: 'openai-chat', displayName: 'Together', baseUrl: 'https://api.together.xyz/v1' },
  fireworks: {
    type: 'openai-chat',
    displayName: 'Fireworks',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
  },
  ollama: { type: 'openai-chat', displayName: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', isLocal: true },
  'lm-studio': {
    type: 'openai-chat',
    displayName: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    isLocal: true,
  },
  vllm: { type: 'openai-chat', displayName: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1', isLocal: true },
  'llama-cpp': {
    type: 'openai-chat',
    displayName: 'llama.cpp',
    baseUrl: 'http://127.0.0.1:8080/v1',
    isLocal: true,
  },
}

/** Types of which there is one at most: an account may name them without an entry of their own. */
export const IMPLIED_TYPES: Readonly<Record<string, ProviderSetting['type']>> = {
  demo: 'demo',
  'deepseek-web': 'deepseek-web',
  cursor: 'cursor',
}
