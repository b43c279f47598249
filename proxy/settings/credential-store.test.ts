import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAccountSecret, readAccountSecret } from './account-secret.ts'
import { createCredentialStore } from './credential-store.ts'
import { loadSealKey } from './seal-key.ts'
import { createSettingsStore } from './settings-store.ts'
import { filesThatHold, makeTemporaryHome } from './temporary-home.test-support.ts'

const canary = (name: string) => `canary-${name}-${randomBytes(18).toString('hex')}`

async function makeStore(home: string, sealKey: Uint8Array = Buffer.alloc(32, 7)) {
  return await createCredentialStore({ path: join(home, 'credentials.json'), sealKey })
}

describe('sealed credentials', () => {
  it('come back after a restart, and go when they are removed', async () => {
    const home = await makeTemporaryHome()
    const store = await makeStore(home)
    await store.put('one', 'first secret')
    await store.put('two', 'second secret')
    await store.remove('one')
    const again = await makeStore(home)
    expect([again.get('one'), again.get('two'), again.ids()]).toEqual([undefined, 'second secret', ['two']])
    expect((await stat(join(home, 'credentials.json'))).mode & 0o777).toBe(0o600)
  })

  it('are never sealed twice the same way', async () => {
    const home = await makeTemporaryHome()
    const store = await makeStore(home)
    const nonces = new Set<string>()
    for (let count = 0; count < 5; count += 1) {
      await store.put('one', 'the same secret')
      nonces.add(JSON.parse(await readFile(join(home, 'credentials.json'), 'utf8')).credentials[0].nonce)
    }
    expect(nonces.size).toBe(5)
  })

  it('stay in the file when another key cannot open them, and are reported (SEC-24)', async () => {
    const home = await makeTemporaryHome()
    await (await makeStore(home)).put('one', 'secret')
    const stranger = await makeStore(home, Buffer.alloc(32, 8))
    expect([stranger.get('one'), stranger.unreadable()]).toEqual([undefined, ['one']])
    await stranger.put('two', 'of the stranger')
    const owner = await makeStore(home)
    expect([owner.get('one'), owner.unreadable()]).toEqual(['secret', ['two']])
  })

  it('do not open under another id', async () => {
    const home = await makeTemporaryHome()
    const path = join(home, 'credentials.json')
    await (await makeStore(home)).put('one', 'secret')
    await writeFile(path, (await readFile(path, 'utf8')).replace('"one"', '"two"'))
    expect((await makeStore(home)).unreadable()).toEqual(['two'])
  })

  it('survive a broken file through the newest good copy (REL-41)', async () => {
    const home = await makeTemporaryHome()
    await (await makeStore(home)).put('one', 'secret')
    await writeFile(join(home, 'credentials.json'), '{"version":1,"cred')
    expect((await makeStore(home)).get('one')).toBe('secret')
  })

  it('give the redactor every secret, also those inside a JSON credential', async () => {
    const store = await makeStore(await makeTemporaryHome())
    await store.put('one', JSON.stringify({ token: 'inner token', cookies: [{ value: 'inner cookie' }] }))
    await store.put('two', 'bare secret')
    expect(store.secretValues()).toEqual(
      expect.arrayContaining(['inner token', 'inner cookie', 'bare secret']),
    )
  })
})

describe('the seal key without a desktop', () => {
  it('is made once and the same ever after, in a private file', async () => {
    const home = await makeTemporaryHome()
    const [first, second] = await Promise.all([
      loadSealKey({ home, env: {} }),
      loadSealKey({ home, env: {} }),
    ])
    expect(first).toHaveLength(32)
    expect(second).toEqual(first)
    expect((await stat(join(home, 'seal.key'))).mode & 0o777).toBe(0o600)
  })

  it('comes from PORTSIDE_SECRET where it is set, and differs from home to home', async () => {
    const [home, other] = [await makeTemporaryHome(), await makeTemporaryHome()]
    const env = { PORTSIDE_SECRET: 'a sentence that only I know' }
    const key = await loadSealKey({ home, env })
    expect(await loadSealKey({ home, env })).toEqual(key)
    expect(await loadSealKey({ home: other, env })).not.toEqual(key)
    expect(await loadSealKey({ home, env: { PORTSIDE_SECRET: 'another' } })).not.toEqual(key)
  })

  it('is never replaced when its file is damaged', async () => {
    const home = await makeTemporaryHome()
    await writeFile(join(home, 'seal.key'), 'short')
    await expect(loadSealKey({ home, env: {} })).rejects.toMatchObject({ problem: 'corrupt' })
    expect(await readFile(join(home, 'seal.key'), 'utf8')).toBe('short')
  })
})

describe('secrets that the user wrote into config.json', () => {
  it('move into the sealed store with the first save; no file of the home holds one (SEC-24)', async () => {
    const home = await makeTemporaryHome()
    const secrets = ['api', 'token', 'password', 'key', 'named'].map(canary)
    const [api, token, password, key, named] = secrets
    await writeFile(
      join(home, 'config.json'),
      JSON.stringify({
        keys: [key, { name: 'Cline', key: named }],
        accounts: [{ provider: 'work', name: 'main', apiKey: api }, { token }, { email: 'a@b.c', password }],
        providers: [{ id: 'work', type: 'openai-chat', baseUrl: 'https://api.example.com/v1' }],
      }),
    )
    const credentials = await makeStore(home)
    const store = await createSettingsStore({ home, env: {}, flags: {}, credentials })
    const read = () => store.get().accounts.map((account) => readAccountSecret(account, credentials))
    const ids = store.get().accounts.map(({ id }) => id)
    const before = read()
    await store.update((now) => ({ ...now, log: { ...now.log, maxRows: 7 } }))

    expect(before).toEqual([{ apiKey: api }, { token }, { password }])
    expect(read()).toEqual(before)
    expect(store.get().accounts.map(({ id }) => id)).toEqual(ids)
    expect(await filesThatHold(home, secrets)).toEqual([])
    expect(store.get().accounts[0]).toMatchObject({ credential: ids[0], hint: api!.slice(-4) })
    expect(store.get().accounts[2]).not.toHaveProperty('hint')
    expect(store.get().keys[1]).toMatchObject({
      name: 'Cline',
      keyHash: expect.stringMatching(/^sha256:/),
      hint: named!.slice(-4),
    })
    expect(credentials.secretValues()).toEqual(expect.arrayContaining([api!, token!, password!]))
  })

  it('show no part of a short one', async () => {
    const home = await makeTemporaryHome()
    await writeFile(
      join(home, 'config.json'),
      JSON.stringify({ accounts: [{ token: 'only-23-characters-here' }] }),
    )
    const store = await createSettingsStore({ home, env: {}, flags: {} })
    await store.update((now) => ({ ...now }))
    expect(store.get().accounts[0]).not.toHaveProperty('hint')
  })

  it('may be a bare text where a sign-in stored one', () => {
    expect(parseAccountSecret('a-bare-token')).toEqual({ apiKey: 'a-bare-token', token: 'a-bare-token' })
  })
})
