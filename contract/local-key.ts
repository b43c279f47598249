import { z } from 'zod'

export const keyLimits = z.strictObject({
  requestsPerMinute: z.number().int().positive().optional(),
  requestsPerDay: z.number().int().positive().optional(),
  tokensPerMinute: z.number().int().positive().optional(),
  tokensPerDay: z.number().int().positive().optional(),
})
export type KeyLimits = z.infer<typeof keyLimits>

/** A local key as the screen may see it: masked. */
export const localKey = z.object({
  id: z.string(),
  name: z.string(),
  /** `ps-` and the last four characters. */
  masked: z.string(),
  models: z.array(z.string()),
  limits: keyLimits,
  createdAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  /** True where the key is a well-known or short one: the proxy refuses business routes while it is there. */
  isWeak: z.boolean(),
})
export type LocalKey = z.infer<typeof localKey>

export const newLocalKey = z.strictObject({
  name: z.string().min(1).max(80),
  models: z.array(z.string().min(1)).optional(),
  limits: keyLimits.optional(),
  expiresAt: z.number().nullable().optional(),
})
export type NewLocalKey = z.infer<typeof newLocalKey>

/** The answer to making a key: the only time its text is shown. */
export const createdKey = z.object({ key: localKey, secret: z.string() })
export type CreatedKey = z.infer<typeof createdKey>
