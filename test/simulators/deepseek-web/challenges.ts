import { randomBytes, randomInt } from 'node:crypto'
import { deepseekHash } from './reference-hash.ts'

const TARGETS: ReadonlySet<string> = new Set([
  '/api/v0/chat/completion',
  '/api/v0/chat/edit_message',
  '/api/v0/file/upload_file',
])

type Issued = {
  readonly answer: number
  readonly salt: string
  readonly signature: string
  readonly targetPath: string
  readonly expiresAt: number
  isUsed: boolean
}

export type Challenges = ReturnType<typeof createChallenges>

/** Issues challenges and checks what comes back: every echoed field, its place, its time, and that it comes once. */
export function createChallenges(settings: { difficulty: number; lifetimeMs: number }) {
  const issued = new Map<string, Issued>()
  return {
    /** Undefined where nothing needs a proof at that path. */
    issue(targetPath: unknown) {
      if (typeof targetPath !== 'string' || !TARGETS.has(targetPath)) return undefined
      const answer = randomInt(settings.difficulty)
      const salt = randomBytes(10).toString('hex')
      const expiresAt = Date.now() + settings.lifetimeMs
      const signature = randomBytes(32).toString('hex')
      const challenge = deepseekHash(`${salt}_${expiresAt}_${answer}`)
      issued.set(challenge, { answer, salt, signature, targetPath, expiresAt, isUsed: false })
      return {
        algorithm: 'DeepSeekHashV1',
        challenge,
        salt,
        signature,
        difficulty: settings.difficulty,
        expire_at: expiresAt,
        expire_after: settings.lifetimeMs,
        target_path: targetPath,
      }
    },
    /** What is wrong with a proof; undefined where nothing is. A right one is used up. */
    refuse(header: unknown, path: string): string | undefined {
      if (typeof header !== 'string') return 'no proof'
      let proof: Record<string, unknown>
      try {
        proof = JSON.parse(Buffer.from(header, 'base64').toString('utf8'))
      } catch {
        // Not base64 of JSON: that is the finding.
        return 'not base64 JSON'
      }
      const names = Object.keys(proof).sort().join()
      if (names !== 'algorithm,answer,challenge,salt,signature,target_path') return `wrong fields: ${names}`
      const known = issued.get(String(proof.challenge))
      if (known === undefined) return 'unknown challenge'
      if (proof.algorithm !== 'DeepSeekHashV1') return 'wrong algorithm'
      if (proof.salt !== known.salt || proof.signature !== known.signature) return 'wrong salt or signature'
      if (proof.target_path !== known.targetPath || path !== known.targetPath) return 'wrong target path'
      if (proof.answer !== known.answer) return 'wrong answer'
      if (known.isUsed) return 'used before'
      if (Date.now() > known.expiresAt) return 'expired'
      known.isUsed = true
      return undefined
    },
    issued: () => [...issued.values()],
  }
}
