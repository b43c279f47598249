import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const KEY_LENGTH = 32
const COST = { N: 16_384, r: 8, p: 1 }

/** A new admin key: `pa-` and 256 random bits. */
export function makeAdminKey(): string {
  return `pa-${randomBytes(32).toString('base64url')}`
}

/** How an admin key is kept: `scrypt:<salt>:<hash>`, because people choose it themselves. */
export async function hashAdminKey(key: string, salt: Buffer = randomBytes(16)): Promise<string> {
  const hash = await derive(key, salt)
  return `scrypt:${salt.toString('base64url')}:${hash.toString('base64url')}`
}

export async function verifyAdminKey(key: string, kept: string): Promise<boolean> {
  const [scheme, salt, hash] = kept.split(':')
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64url')
  const actual = await derive(key, Buffer.from(salt, 'base64url'))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function derive(key: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(key, salt, KEY_LENGTH, COST, (error, derived) => (error ? reject(error) : resolve(derived)))
  })
}
