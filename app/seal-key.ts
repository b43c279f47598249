import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import type { Attention } from '../contract/status.ts'

const KEY_BYTES = 32
/** Backends that protect nothing: a password that every copy of Chromium knows, or none that could be named. */
const HOLLOW_BACKENDS = new Set(['basic_text', 'unknown'])

/** The part of Electron's safeStorage that is used. */
export type SystemSeal = {
  readonly isAsyncEncryptionAvailable: () => Promise<boolean>
  readonly encryptStringAsync: (text: string) => Promise<Buffer>
  readonly decryptStringAsync: (sealed: Buffer) => Promise<{ result: string; shouldReEncrypt: boolean }>
  readonly getSelectedStorageBackend?: () => string
}

export type SealKey = {
  readonly key: Uint8Array<ArrayBuffer>
  /** What the user must know where the key is not kept by the system. */
  readonly attention: Attention | null
}

type SealKeyOptions = {
  readonly system: SystemSeal
  readonly platform: NodeJS.Platform
  readonly file: string
  readonly randomBytes: (count: number) => Uint8Array<ArrayBuffer>
}

/** The key that seals the credentials. It lies on disk sealed by the system, or it lives for this session only. */
export async function loadSealKey(options: SealKeyOptions): Promise<SealKey> {
  const sessionOnly = (attention: Attention): SealKey => ({ key: options.randomBytes(KEY_BYTES), attention })
  if (!(await isProtected(options))) return sessionOnly(NO_PROTECTION)
  const sealed = await readIfThere(options.file)
  if (!sealed) return { key: await makeKey(options), attention: null }
  const key = await unseal(options, sealed)
  // The file stays: the system's own store may only be locked for now, and the key in it opens the credentials.
  return key ? { key, attention: null } : sessionOnly(UNREADABLE)
}

async function isProtected({ system, platform }: SealKeyOptions): Promise<boolean> {
  if (!(await system.isAsyncEncryptionAvailable())) return false
  if (platform !== 'linux') return true
  return !HOLLOW_BACKENDS.has(system.getSelectedStorageBackend?.() ?? 'unknown')
}

async function makeKey(options: SealKeyOptions): Promise<Uint8Array<ArrayBuffer>> {
  const key = options.randomBytes(KEY_BYTES)
  await save(options, key)
  return key
}

async function save({ system, file }: SealKeyOptions, key: Uint8Array<ArrayBuffer>): Promise<void> {
  const sealed = await system.encryptStringAsync(Buffer.from(key).toString('base64'))
  await writeFileAtomic(file, sealed, { mode: 0o600 })
}

async function unseal(options: SealKeyOptions, sealed: Buffer): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const { result, shouldReEncrypt } = await options.system.decryptStringAsync(sealed)
    const key = new Uint8Array(Buffer.from(result, 'base64'))
    if (key.length !== KEY_BYTES) return null
    if (shouldReEncrypt) await save(options, key)
    return key
  } catch {
    // Sealed by another user or machine, or the system's store is locked.
    return null
  }
}

async function readIfThere(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

const NO_PROTECTION: Attention = {
  id: 'secrets-unprotected',
  severity: 'warning',
  title: 'Secrets are not protected by the system',
  action: 'No keyring was found, so credentials are kept until Portside quits. Install or unlock a keyring.',
}

const UNREADABLE: Attention = {
  id: 'secrets-unreadable',
  severity: 'error',
  title: 'The stored credentials cannot be opened',
  action: 'The system refused their key; nothing was deleted. Unlock the keyring and start Portside again.',
}
