import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12

export type SealedSecret = { readonly nonce: string; readonly sealed: string; readonly tag: string }

/** Seals a secret so that only the same key opens it, and only under the same id. */
export function sealSecret(key: Uint8Array, id: string, secret: string): SealedSecret {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(id, 'utf8'))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return {
    nonce: nonce.toString('base64'),
    sealed: sealed.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  }
}

/** The secret, or undefined where the key, the id or the bytes are not those it was sealed with. */
export function openSecret(
  key: Uint8Array,
  id: string,
  { nonce, sealed, tag }: SealedSecret,
): string | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64'), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(id, 'utf8')).setAuthTag(Buffer.from(tag, 'base64'))
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString('utf8')
  } catch {
    // A wrong key and changed bytes look the same to GCM; the caller keeps the sealed form.
    return undefined
  }
}
