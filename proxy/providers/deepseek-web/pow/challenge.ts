import { z } from 'zod'
import { LONGEST_PREFIX, type Search } from './deepseek-hash.ts'

const hex64 = z.string().regex(/^[0-9a-f]{64}$/)

/** What the server asks to be solved before a costly call. The server knows an answer below `difficulty`. */
export const powChallenge = z.object({
  algorithm: z.literal('DeepSeekHashV1'),
  challenge: hex64,
  salt: z.string().min(1).max(80),
  signature: z.string().max(512),
  /** Exclusive upper bound of the answer, not a count of zeros. */
  difficulty: z.number().int().positive().max(100_000_000),
  /** Milliseconds since 1970. */
  expire_at: z.number().int().positive(),
  target_path: z.string().max(200),
})
export type PowChallenge = z.infer<typeof powChallenge>

/** What has to be searched for a challenge; undefined where its prefix is longer than one block holds. */
export function searchOf({ salt, expire_at, challenge, difficulty }: PowChallenge): Search | undefined {
  const prefix = Buffer.from(`${salt}_${expire_at}_`)
  if (prefix.length > LONGEST_PREFIX) return undefined
  return { prefix, wanted: Buffer.from(challenge, 'hex'), start: 0, end: difficulty }
}

/** The value of `x-ds-pow-response`: neither the difficulty nor the expiry goes back. */
export function writePowHeader(solved: PowChallenge, answer: number): string {
  const { algorithm, challenge, salt, signature, target_path } = solved
  return Buffer.from(JSON.stringify({ algorithm, challenge, salt, answer, signature, target_path })).toString(
    'base64',
  )
}
