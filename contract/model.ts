import { z } from 'zod'

/** A model name that clients can ask for. */
export const model = z.object({
  id: z.string(),
  provider: z.string(),
  /** The upstream's name of it. */
  upstream: z.string(),
  /** The alias that leads to it, where the name is one. */
  aliasOf: z.string().nullable(),
  displayName: z.string(),
  maxInputTokens: z.number().int().nullable(),
  maxOutputTokens: z.number().int().nullable(),
})
export type Model = z.infer<typeof model>

/** A provider as the screen may see it. */
export const provider = z.object({
  id: z.string(),
  type: z.string(),
  displayName: z.string(),
  baseUrl: z.string().nullable(),
  /** `native`: the upstream calls tools itself; `bridge`: Portside lends it tools. */
  toolMode: z.string(),
  /** False for providers that need no account, such as `demo`. */
  needsAccount: z.boolean(),
  models: z.array(z.string()),
  accounts: z.number().int(),
  /** Known base URL and capabilities come from this preset. */
  preset: z.string().nullable(),
})
export type Provider = z.infer<typeof provider>

export const newProvider = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40'),
  type: z.enum(['openai-chat', 'openai-responses', 'anthropic', 'gemini']),
  baseUrl: z.url({ protocol: /^https?$/ }),
  models: z.array(z.string().min(1)).default([]),
  toolMode: z.enum(['native', 'bridge']).default('native'),
  privateNetwork: z.boolean().default(false),
})
export type NewProvider = z.infer<typeof newProvider>
