import { z } from 'zod'
import { keyLimits } from './local-key.ts'
import { cursorOptions, deepseekWebOptions } from './provider-options.ts'

/**
 * config.json, schema version 1. Every field has a default; an unknown key is an error that names it. Times are in
 * milliseconds (names end in `Ms`), sizes in bytes.
 */

const ms = (fallback: number) => z.number().int().nonnegative().default(fallback)
const count = (fallback: number) => z.number().int().positive().default(fallback)
/** A section whose every field has a default may be left out whole. */
const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never)

const headerMap = z.record(
  z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/),
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/),
)

export const serverSettings = section({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65535).default(9090),
  auth: z.enum(['required', 'off']).default('required'),
  publicModelList: z.enum(['off', 'nonBrowser', 'on']).default('off'),
  cors: section({
    mode: z.enum(['allowlist', 'any']).default('allowlist'),
    origins: z.array(z.string()).default([]),
  }),
  allowedHosts: z.array(z.string()).default([]),
  /** A listed well-known or short key is refused unless the user accepts it here, on loopback only. */
  acceptWeakKeys: z.boolean().default(false),
  directToken: section({
    mode: z.enum(['off', 'on']).default('off'),
    provider: z.string().default('deepseek-web'),
  }),
  admin: section({
    mode: z.enum(['off', 'on']).default('off'),
    keyHash: z.string().nullable().default(null),
  }),
})

const keyHash = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/** A local key in the file: as text, or as an object with the text or with its hash (`sha256:` and 64 hex digits). */
export const keySetting = z.union([
  z.string().min(1),
  z.strictObject({
    id: z.string().optional(),
    name: z.string().default('key'),
    key: z.string().min(1).optional(),
    keyHash: keyHash.optional(),
    /** The last four characters, for showing which key it is. */
    hint: z.string().max(4).optional(),
    /** Kept beside the hash, which no longer tells that the text was a well-known or short one. */
    isWeak: z.boolean().optional(),
    models: z.array(z.string()).default(['*']),
    limits: keyLimits.default({}),
    createdAt: z.number().nullable().default(null),
    expiresAt: z.number().nullable().default(null),
  }),
])
export type KeySetting = z.infer<typeof keySetting>

export const providerType = z.enum([
  'openai-chat',
  'openai-responses',
  'anthropic',
  'gemini',
  'deepseek-web',
  'cursor',
  'demo',
])
export type ProviderType = z.infer<typeof providerType>

export const modelSetting = z.union([
  z.string().min(1),
  z.strictObject({
    id: z.string().min(1),
    upstream: z.string().min(1).optional(),
    displayName: z.string().optional(),
    maxInputTokens: z.number().int().positive().optional(),
    maxOutputTokens: z.number().int().positive().optional(),
    /** Overrides of single capabilities for this model. */
    capabilities: z.record(z.string(), z.unknown()).optional(),
  }),
])

/** The types that have options, and which. */
const OPTIONS_OF: Partial<Record<ProviderType, z.ZodObject>> = {
  'deepseek-web': deepseekWebOptions,
  cursor: cursorOptions,
}

export const providerSetting = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40'),
    type: providerType,
    preset: z.string().optional(),
    baseUrl: z.url({ protocol: /^https?$/ }).optional(),
    models: z.array(modelSetting).default([]),
    toolMode: z.enum(['native', 'bridge']).default('native'),
    headers: headerMap.default({}),
    /** Lets the base URL lead to a private address (Ollama, LM Studio). Link-local and metadata addresses never. */
    privateNetwork: z.boolean().default(false),
    proxyUrl: z.url().nullable().default(null),
    capabilities: z.record(z.string(), z.unknown()).default({}),
    /** Only for the types `deepseek-web` and `cursor`, each with its own. */
    options: deepseekWebOptions.extend(cursorOptions.shape).optional(),
  })
  .superRefine(({ type, options = {} }, context) => {
    const own = OPTIONS_OF[type]?.shape
    for (const name of Object.keys(options))
      if (own !== undefined && !Object.hasOwn(own, name))
        context.addIssue({
          code: 'custom',
          path: ['options', name],
          message: `is no option of the type ${type}`,
        })
  })
export type ProviderSetting = z.infer<typeof providerSetting>

/** An account in the file. Secrets written by hand are read as they are; Portside writes `credential`, a reference. */
export const accountSetting = z.strictObject({
  id: z.string().optional(),
  provider: z.string().default('deepseek-web'),
  name: z.string().optional(),
  apiKey: z.string().min(1).optional(),
  token: z.string().min(1).optional(),
  email: z.string().optional(),
  mobile: z.string().optional(),
  password: z.string().min(1).optional(),
  /** The id of the sealed credential. */
  credential: z.string().optional(),
  /** At most four characters, for showing which credential it is. */
  hint: z.string().max(4).optional(),
  enabled: z.boolean().default(true),
  priority: z.number().int().default(0),
  weight: z.number().positive().default(1),
})
export type AccountSetting = z.infer<typeof accountSetting>

export const modelsSettings = section({
  /** Name or `prefix*` → model id. */
  aliases: z.record(z.string(), z.union([z.string(), z.strictObject({ model: z.string() })])).default({}),
  thinkingSuffix: z.string().default('-thinking'),
  hidden: z.array(z.string()).default([]),
})

export const poolSettings = section({
  strategy: z.enum(['round-robin', 'least-busy', 'fill-first', 'priority', 'sticky']).default('round-robin'),
  perAccountInflight: count(2),
  /** Null: twice the number of accounts. */
  queueSize: z.number().int().nonnegative().nullable().default(null),
  queueWaitMs: ms(30_000),
})

export const retrySettings = section({
  maxAttempts: count(3),
  deadlineMs: ms(20_000),
  backoffBaseMs: ms(250),
  backoffMaxMs: ms(4_000),
  /** Retries in flight at most this share of active requests, and never fewer than `budgetMin`. */
  budgetRatio: z.number().min(0).max(1).default(0.2),
  budgetMin: z.number().int().nonnegative().default(3),
  /** Longest `Retry-After` that we send. */
  retryAfterMaxMs: ms(60_000),
})

export const timeoutSettings = section({
  /** Inbound: the whole header block, the whole body. */
  headersMs: ms(10_000),
  bodyMs: ms(60_000),
  keepAliveMs: ms(65_000),
  connectMs: ms(10_000),
  firstByteMs: ms(60_000),
  firstByteReasoningMs: ms(120_000),
  idleMs: ms(120_000),
  /** Bytes may flow, but no content for this long ends the stream. */
  noProgressMs: ms(600_000),
  totalMs: ms(600_000),
  totalStreamMs: ms(3_600_000),
  /** A client that takes no byte for this long is let go. */
  stalledReaderMs: ms(120_000),
})

export const limitSettings = section({
  headerBytes: count(16_384),
  bodyBytes: count(52_428_800),
  jsonDepth: count(128),
  jsonNodes: count(2_000_000),
  sseEventBytes: count(8_388_608),
  upstreamBodyBytes: count(67_108_864),
  upstreamErrorBytes: count(65_536),
  connections: count(2_048),
})

export const cooldownSettings = section({
  enabled: z.boolean().default(true),
  rateLimitBaseMs: ms(1_000),
  rateLimitMaxMs: ms(1_800_000),
  retryAfterMaxMs: ms(86_400_000),
  authMs: ms(1_800_000),
})

export const breakerSettings = section({
  enabled: z.boolean().default(true),
  consecutiveFailures: count(5),
  failureRatio: z.number().min(0).max(1).default(0.5),
  minimumRequests: count(10),
  windowMs: ms(60_000),
  openMs: ms(30_000),
  openMaxMs: ms(300_000),
  maxEjectedRatio: z.number().min(0).max(1).default(0.5),
})

export const logSettings = section({
  maxRows: count(10_000),
  maxBytes: count(268_435_456),
  /** Which bodies are kept: none, those of failed requests, all. */
  bodies: z.enum(['off', 'errors', 'all']).default('errors'),
  bodyMaxBytes: z.number().int().nonnegative().default(65_536),
  retentionHours: count(168),
})

export const settings = z.strictObject({
  version: z.literal(1).default(1),
  server: serverSettings,
  keys: z.array(keySetting).default([]),
  /** Hashes of local keys that were removed, so that none of them is ever taken for a direct token. */
  removedKeys: z.array(keyHash).max(1000).default([]),
  providers: z.array(providerSetting).default([]),
  accounts: z.array(accountSetting).default([]),
  models: modelsSettings,
  claude_mapping: section({ fast: z.string().optional(), slow: z.string().optional() }),
  bridge: section({ strict: z.boolean().default(false), exposeReasoning: z.boolean().default(false) }),
  pool: poolSettings,
  retry: retrySettings,
  timeouts: timeoutSettings,
  limits: limitSettings,
  cooldown: cooldownSettings,
  breaker: breakerSettings,
  drain: section({ graceMs: ms(30_000) }),
  heartbeat: section({ intervalMs: ms(15_000) }),
  log: logSettings,
})
export type Settings = z.infer<typeof settings>
export type SettingsInput = z.input<typeof settings>

/** The settings that the screen may read and change: everything without a secret in it. */
export const publicSettings = settings.omit({ keys: true, removedKeys: true, accounts: true })
export type PublicSettings = z.infer<typeof publicSettings>
