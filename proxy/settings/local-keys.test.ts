import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settings } from '../../contract/settings.ts'
import { createKeyRing, ensureFirstKey, makeKey, storeKey } from './local-keys.ts'
import { createSettingsStore } from './settings-store.ts'
import { makeTemporaryHome } from './temporary-home.test-support.ts'
import { isWeakKey } from './weak-keys.ts'

const ringOf = (keys: unknown[], now = () => 1_000) => createKeyRing(settings.parse({ keys }), now)
const strong = 'ps-3q8fhS0r9mVb27LxKJ1zTdQeWnYcAuGp'

describe('local keys', () => {
  it('are ps- and 256 random bits (SEC-05)', () => {
    expect(makeKey()).toMatch(/^ps-[A-Za-z0-9_-]{43}$/)
    expect(new Set(Array.from({ length: 100 }, makeKey)).size).toBe(100)
  })

  it('are found by their text, whether the file holds text or hash', () => {
    const hashed = makeKey()
    const ring = ringOf([strong, { name: 'Cline', key: `${strong}-2` }, storeKey(hashed, { name: 'Codex' })])
    expect([strong, `${strong}-2`, hashed, `${strong}x`, ''].map((key) => ring.find(key)?.name)).toEqual([
      'key',
      'Cline',
      'Codex',
      undefined,
      undefined,
    ])
  })

  it('have the same id before and after they were hashed', () => {
    expect(ringOf([strong]).keys[0]?.id).toBe(ringOf([storeKey(strong, { name: 'key' })]).keys[0]?.id)
  })

  it('are shown masked, with limits and models', () => {
    const limits = { requestsPerMinute: 60 }
    expect(ringOf([{ name: 'Cline', key: strong, models: ['gpt-*'], limits }]).keys).toEqual([
      expect.objectContaining({
        name: 'Cline',
        masked: 'ps-…AuGp',
        models: ['gpt-*'],
        limits,
        isWeak: false,
      }),
    ])
    expect(ringOf(['only-twenty-three-chars']).keys[0]?.masked).toBe('ps-…')
  })

  it('do not open anything once they have expired', () => {
    const ring = (now: number) => ringOf([{ name: 'short', key: strong, expiresAt: 1_000 }], () => now)
    expect([ring(999).find(strong)?.name, ring(1_000).find(strong)]).toEqual(['short', undefined])
  })

  it('without text and hash match nothing', () => {
    expect(ringOf([{ name: 'empty' }]).find('')).toBeUndefined()
  })
})

describe('weak keys (SEC-05)', () => {
  it.each([
    '0000',
    'admin',
    'your-api-key',
    'proxy_cast',
    'your-admin-secret-key',
    'test',
    'sk-your-key-goes-here',
    'sk-xxxxxxxxxxxxxxxxxxxxxxxx',
    'fifteen-letters',
  ])('%s is one', (key) => {
    expect(isWeakKey(key)).toBe(true)
    expect(ringOf([key]).hasWeakKey).toBe(true)
    expect(ringOf([storeKey(key, { name: 'kept as a hash' })]).hasWeakKey).toBe(true)
  })

  it.each([strong, 'sk-proj-9fK2mQ7xLr4TzVb8', 'a-long-enough-local-key-0123'])('%s is none', (key) => {
    expect(isWeakKey(key)).toBe(false)
    expect(ringOf([key]).hasWeakKey).toBe(false)
  })

  it('no key that Portside makes is one', () => {
    expect(Array.from({ length: 1_000 }, makeKey).filter(isWeakKey)).toEqual([])
  })
})

describe('the first key', () => {
  it('is made at the first start, told once, and kept only as a hash (SEC-05)', async () => {
    const home = await makeTemporaryHome()
    const store = await createSettingsStore({ home, env: {}, flags: {} })
    const text = await ensureFirstKey(store)
    expect(text).toMatch(/^ps-/)
    expect(await ensureFirstKey(store)).toBeNull()
    expect(createKeyRing(store.get()).find(text ?? '')?.name).toBe('first key')
    expect(await readFile(join(home, 'config.json'), 'utf8')).not.toContain(text)
  })

  it('is not made where the file or the environment has one', async () => {
    const home = await makeTemporaryHome()
    await writeFile(join(home, 'config.json'), JSON.stringify({ keys: [strong] }))
    expect(await ensureFirstKey(await createSettingsStore({ home, env: {}, flags: {} }))).toBeNull()
    const other = await createSettingsStore({
      home: await makeTemporaryHome(),
      env: { API_KEY: strong },
      flags: {},
    })
    expect(await ensureFirstKey(other)).toBeNull()
  })
})
