import { z } from 'zod'

/** How an account is doing. Times in milliseconds since 1970. */
export const accountHealth = z.enum([
  'ready',
  'busy',
  'cooling',
  'needs-sign-in',
  'quota',
  'muted',
  'blocked',
  'disabled',
  'untested',
])
export type AccountHealth = z.infer<typeof accountHealth>

/** An account as the screen may see it: never with its credential. */
export const account = z.object({
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  priority: z.number().int(),
  weight: z.number(),
  health: accountHealth,
  /** Why it is not ready, in one sentence. */
  healthReason: z.string().nullable(),
  /** When it will be tried again. */
  availableAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
  inFlight: z.number().int(),
  /** At most the last four characters of the credential; null where it is shorter than 24. */
  credentialHint: z.string().nullable(),
})
export type Account = z.infer<typeof account>

/** What a person gives to add an account. Which secret is wanted depends on the provider's type. */
export const newAccount = z.strictObject({
  provider: z.string().min(1),
  name: z.string().min(1).max(80).optional(),
  apiKey: z.string().min(1).max(8192).optional(),
  token: z.string().min(1).max(8192).optional(),
  email: z.string().max(320).optional(),
  mobile: z.string().max(40).optional(),
  password: z.string().min(1).max(1024).optional(),
  priority: z.number().int().optional(),
  weight: z.number().positive().optional(),
})
export type NewAccount = z.infer<typeof newAccount>

export const accountTest = z.object({
  success: z.boolean(),
  /** Milliseconds. */
  durationMs: z.number(),
  message: z.string(),
})
export type AccountTest = z.infer<typeof accountTest>
