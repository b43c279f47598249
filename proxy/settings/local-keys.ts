import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { LocalKey } from '../../contract/local-key.ts'
import type { KeySetting, Settings } from '../../contract/settings.ts'
import { digestKey, hashKey, hintOf } from './key-hash.ts'
import type { SettingsStore } from './settings-store.ts'
import { isWeakKey } from './weak-keys.ts'

export type KeyRing = {
  readonly keys: readonly LocalKey[]
  /** The key that was presented; how long it takes tells nothing of a wrong one. Expired keys are not found. */
  find(presented: string): LocalKey | undefined
  /** Whether it is a key, or was one: expired and removed keys are known too. */
  knows(presented: string): boolean
  /** True where a key that is still valid could be guessed. */
  readonly hasWeakKey: boolean
}

export type StoredKey = Exclude<KeySetting, string>

/** A new local key: `ps-` and 256 random bits. */
export function makeKey(): string {
  return `ps-${randomBytes(32).toString('base64url')}`
}

/** A key as it is stored, never with its text. */
export function storeKey(
  text: string,
  given: Partial<Omit<StoredKey, 'key' | 'keyHash' | 'hint'>> & { readonly name: string },
): StoredKey {
  const hint = hintOf(text)
  return {
    models: ['*'],
    limits: {},
    createdAt: null,
    expiresAt: null,
    ...given,
    id: given.id ?? keyId(hashKey(text)),
    keyHash: hashKey(text),
    ...(hint === undefined ? {} : { hint }),
    ...(isWeakKey(text) ? { isWeak: true } : {}),
  }
}

/** A key that the file holds as text, as Portside writes it. */
export function sealKeySetting(key: KeySetting): StoredKey {
  if (typeof key === 'string') return storeKey(key, { name: 'key' })
  const { key: text, keyHash: _replaced, hint: _old, isWeak: _weak, ...rest } = key
  if (text !== undefined) return storeKey(text, rest)
  return { ...key, id: key.id ?? keyId(key.keyHash ?? key.name) }
}

export function isKeyWeak(key: KeySetting): boolean {
  return sealKeySetting(key).isWeak === true
}

function keyId(keyHash: string): string {
  return `key-${keyHash.replace('sha256:', '').slice(0, 12)}`
}

/** All local keys of the settings, ready to be compared with what a client sends. */
export function createKeyRing(settings: Settings, now: () => number = Date.now): KeyRing {
  const held = settings.keys.map((key) => {
    const stored = sealKeySetting(key)
    return { digest: Buffer.from(stored.keyHash?.slice('sha256:'.length) ?? '', 'hex'), key: showKey(stored) }
  })
  const isValid = (key: LocalKey) => key.expiresAt === null || key.expiresAt > now()
  // Right keys come again and again; a wrong one finds nothing here, and how close it came does not show in the time.
  const presentedBefore = new Map<string, LocalKey>()
  return {
    keys: held.map(({ key }) => key),
    find(presented) {
      const known = presentedBefore.get(presented)
      if (known !== undefined && isValid(known)) return known
      const digest = digestKey(presented)
      let found: LocalKey | undefined
      // Every key is compared, also after a hit: the time tells nothing.
      for (const { digest: other, key } of held) {
        const isSame = other.length === digest.length && timingSafeEqual(other, digest)
        if (isSame && isValid(key)) found = key
      }
      if (found !== undefined) presentedBefore.set(presented, found)
      return found
    },
    knows(presented) {
      const digest = digestKey(presented)
      return (
        held.some((key) => key.digest.equals(digest)) || settings.removedKeys.includes(hashKey(presented))
      )
    },
    get hasWeakKey() {
      return held.some(({ key }) => key.isWeak && isValid(key))
    },
  }
}

/** A key as the screen may see it. */
function showKey(key: StoredKey): LocalKey {
  return {
    id: key.id ?? key.name,
    name: key.name,
    masked: `ps-…${key.hint ?? ''}`,
    models: key.models,
    limits: key.limits,
    createdAt: key.createdAt,
    lastUsedAt: null,
    expiresAt: key.expiresAt,
    isWeak: key.isWeak === true,
  }
}

/** Makes the first key where there is none. The answer is its text, told this once; the file holds only its hash. */
export async function ensureFirstKey(
  store: SettingsStore,
  now: () => number = Date.now,
): Promise<string | null> {
  if (store.get().keys.length > 0) return null
  const text = makeKey()
  let isMade = false
  await store.update((current) => {
    isMade = current.keys.length === 0
    return isMade ? { ...current, keys: [storeKey(text, { name: 'first key', createdAt: now() })] } : current
  })
  return isMade ? text : null
}
