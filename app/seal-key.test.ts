import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadSealKey, type SystemSeal } from './seal-key.ts'

const system = (more: Partial<SystemSeal> = {}): SystemSeal => ({
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text) => Buffer.from(`sealed:${text}`),
  decryptStringAsync: async (sealed) => ({
    result: sealed.toString().replace('sealed:', ''),
    shouldReEncrypt: false,
  }),
  getSelectedStorageBackend: () => 'gnome_libsecret',
  ...more,
})

async function desk() {
  const file = path.join(await mkdtemp(path.join(os.tmpdir(), 'portside-seal-')), 'seal.key')
  let made = 0
  const load = (more: Partial<SystemSeal> = {}, platform: NodeJS.Platform = 'linux') =>
    loadSealKey({
      system: system(more),
      platform,
      file,
      randomBytes: (count) => new Uint8Array(count).fill(++made),
    })
  return { file, load }
}
const first = ({ key }: { key: Uint8Array }) => [key.length, key[0]]

test('the first start makes a key, sealed and for this user alone; the next one finds it', async () => {
  const { file, load } = await desk()
  expect(first(await load())).toEqual([32, 1])
  expect(first(await load())).toEqual([32, 1])
  expect([(await stat(file)).mode & 0o777, (await readFile(file, 'utf8')).startsWith('sealed:')]).toEqual([
    0o600,
    true,
  ])
})

test.each(['basic_text', 'unknown'])(
  'with the backend %s the key lives for this session, and that is said',
  async (backend) => {
    const { file, load } = await desk()
    const { attention } = await load({ getSelectedStorageBackend: () => backend })
    expect(attention?.title).toBe('Secrets are not protected by the system')
    await expect(stat(file)).rejects.toThrow('ENOENT')
  },
)

test('the same without any encryption', async () => {
  const { load } = await desk()
  expect((await load({ isAsyncEncryptionAvailable: async () => false }, 'darwin')).attention?.id).toBe(
    'secrets-unprotected',
  )
})

test('a key that cannot be opened is kept, for the day on which it can', async () => {
  const { file, load } = await desk()
  await load()
  const before = await readFile(file)
  const locked = await load({ decryptStringAsync: () => Promise.reject(new Error('locked')) })
  expect([locked.attention?.id, first(locked), await readFile(file)]).toEqual([
    'secrets-unreadable',
    [32, 2],
    before,
  ])
  expect(first(await load())).toEqual([32, 1])
})

test('a damaged file is kept as well', async () => {
  const { file, load } = await desk()
  await writeFile(file, 'sealed:c2hvcnQ=')
  expect([(await load()).attention?.id, await readFile(file, 'utf8')]).toEqual([
    'secrets-unreadable',
    'sealed:c2hvcnQ=',
  ])
})

test('a key that the system wants sealed anew is saved again', async () => {
  const { file, load } = await desk()
  await load()
  await load({
    decryptStringAsync: async (sealed) => ({
      result: sealed.toString().replace('sealed:', ''),
      shouldReEncrypt: true,
    }),
    encryptStringAsync: async (text) => Buffer.from(`anew:${text}`),
  })
  expect((await readFile(file, 'utf8')).startsWith('anew:')).toBe(true)
})
