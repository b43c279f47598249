import { hash } from 'node:crypto'

const HINT_FROM_LENGTH = 24

/** How a local key is kept: its 256 random bits need no slow hash. */
export function hashKey(text: string): string {
  return `sha256:${digestKey(text).toString('hex')}`
}

export function digestKey(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** The last four characters, where the secret is long enough to lose them. */
export function hintOf(secret: string): string | undefined {
  return secret.length >= HINT_FROM_LENGTH ? secret.slice(-4) : undefined
}
