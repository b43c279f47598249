import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settings as schema } from '../../contract/settings.ts'
import { SettingsError } from './settings-error.ts'
import { createSettingsStore, type SettingsFlags } from './settings-store.ts'
import { filesThatHold, makeTemporaryHome } from './temporary-home.test-support.ts'

type Start = { home?: string; env?: Record<string, string>; flags?: SettingsFlags; file?: unknown }

async function start({ home, env = {}, flags = {}, file }: Start = {}) {
  const folder = home ?? (await makeTemporaryHome())
  const path = join(folder, 'config.json')
  if (file !== undefined) await writeFile(path, typeof file === 'string' ? file : JSON.stringify(file))
  const store = await createSettingsStore({ home: folder, env, flags })
  return { home: folder, path, store, readFile: async () => JSON.parse(await readFile(path, 'utf8')) }
}

async function problemOf(work: Promise<unknown>): Promise<SettingsError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof SettingsError) return error
  throw new Error(`expected a SettingsError, got ${String(error)}`)
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
const fileMode = async (path: string) => (await stat(path)).mode & 0o777

describe('where settings come from', () => {
  it('starts with the defaults where there is no file', async () => {
    const { store } = await start()
    expect(store.source).toBe('defaults')
    expect(store.warnings).toEqual([])
    expect(store.get()).toEqual(schema.parse({}))
  })

  it('reads a file as DS2API writes it, unchanged', async () => {
    const { store } = await start({
      file: {
        keys: ['a-long-enough-local-key-0123', 'another-long-enough-key-4567'],
        accounts: [{ email: 'user@example.com', password: 'secret' }, { token: 'token-of-somebody' }],
        claude_mapping: { fast: 'deepseek-chat', slow: 'deepseek-reasoner' },
      },
    })
    expect(store.source).toBe('file')
    expect(store.get().accounts.map(({ provider, email }) => [provider, email])).toEqual([
      ['deepseek-web', 'user@example.com'],
      ['deepseek-web', undefined],
    ])
    expect(store.get().claude_mapping.slow).toBe('deepseek-reasoner')
  })

  it('takes flags before environment, environment before file, file before defaults', async () => {
    const file = { server: { host: '127.0.0.2', port: 1111 }, pool: { perAccountInflight: 7 } }
    const env = { PORTSIDE_PORT: '2222', PORT: '3333', PORTSIDE_HOST: '127.0.0.3' }
    const { store } = await start({ file, env, flags: { port: 4444 } })
    expect(store.get().server).toMatchObject({ host: '127.0.0.3', port: 4444 })
    expect(store.get().pool.perAccountInflight).toBe(7)
    expect((await start({ file, env })).store.get().server.port).toBe(2222)
    expect((await start({ file, env: { PORT: '3333' } })).store.get().server.port).toBe(3333)
    expect((await start({ file })).store.get().server.port).toBe(1111)
  })

  it.each([
    ['PORTSIDE_CONFIG_JSON', JSON.stringify({ server: { port: 5555 } })],
    ['PORTSIDE_CONFIG_JSON', base64({ server: { port: 5555 } })],
    ['DS2API_CONFIG_JSON', base64({ server: { port: 5555 } })],
  ])('reads the whole configuration from %s, and does not save it', async (name, value) => {
    const { store, home } = await start({ env: { [name]: value } })
    expect(store.source).toBe('environment')
    expect(store.get().server.port).toBe(5555)
    expect(await problemOf(store.update((now) => now))).toMatchObject({ problem: 'read-only' })
    expect(await readdir(home)).not.toContain('config.json')
  })

  it('reads the file that PORTSIDE_CONFIG or the flag names', async () => {
    const home = await makeTemporaryHome()
    const elsewhere = join(home, 'elsewhere.json')
    await writeFile(elsewhere, '{"server":{"port":6666}}')
    expect((await start({ env: { PORTSIDE_CONFIG: elsewhere } })).store.get().server.port).toBe(6666)
    expect((await start({ flags: { config: elsewhere } })).store.path).toBe(elsewhere)
  })

  it.each([
    ['PORTSIDE_API_KEY', 'PORTSIDE_ADMIN_KEY'],
    ['API_KEY', 'DS2API_ADMIN_KEY'],
  ])('adds a key from %s and opens the admin door with %s', async (keyName, adminName) => {
    const env = {
      [keyName]: 'ps-environment-key-0123456789',
      [adminName]: 'a-long-random-admin-key-01',
      KILO_TOOL_STRICT: '1',
    }
    const { store } = await start({ env, file: { keys: ['ps-in-the-file-0123456789'] } })
    expect(store.get().keys).toHaveLength(2)
    expect(store.get().server.admin).toMatchObject({ mode: 'on', keyHash: expect.stringMatching(/^scrypt:/) })
    expect(store.get().bridge.strict).toBe(true)
  })

  it('never writes what came from flags or environment into the file', async () => {
    const env = {
      PORTSIDE_API_KEY: 'ps-environment-key-0123456789',
      PORTSIDE_ADMIN_KEY: 'a-long-random-admin-key-01',
      KILO_TOOL_STRICT: 'true',
    }
    const { store, readFile, home } = await start({
      env,
      flags: { port: 4444 },
      file: { server: { port: 1111 } },
    })
    // A screen sends back whole sections as it read them, overlay and all.
    await store.update((now) => ({
      ...now,
      server: store.get().server,
      bridge: store.get().bridge,
      keys: store.get().keys,
      log: { ...now.log, maxRows: 5 },
    }))
    expect(await readFile()).toEqual({ version: 1, server: { port: 1111 }, log: { maxRows: 5 } })
    expect(store.get().server.port).toBe(4444)
    expect(
      await filesThatHold(home, ['ps-environment-key-0123456789', 'a-long-random-admin-key-01']),
    ).toEqual([])
  })

  it('says which variable is wrong', async () => {
    expect((await problemOf(start({ env: { PORTSIDE_PORT: '99999' } }))).problems).toEqual([
      'PORTSIDE_PORT: a port is a number from 0 to 65535',
    ])
    expect((await problemOf(start({ env: { KILO_TOOL_STRICT: 'maybe' } }))).problems[0]).toContain(
      'KILO_TOOL_STRICT',
    )
  })
})

describe('what is wrong with a file', () => {
  it('names every unknown key at once, with its path and the key that was meant', async () => {
    const file = {
      server: { prot: 1, admin: { keyhash: null } },
      acounts: [],
      accounts: [{ provider: 'p', apikey: 'x' }],
      keys: [{ nmae: 'Cline' }],
      pool: { perAccountInflight: 'two' },
    }
    expect((await problemOf(start({ file }))).problems.toSorted()).toEqual([
      'accounts[0].apikey: unknown key; did you mean "apiKey"?',
      'acounts: unknown key; did you mean "accounts"?',
      'keys[0].nmae: unknown key; did you mean "name"?',
      'pool.perAccountInflight: Invalid input: expected number, received string',
      'server.admin.keyhash: unknown key; did you mean "keyHash"?',
      'server.prot: unknown key; did you mean "port"?',
    ])
  })

  it.each([
    '{"__proto__":{"a":1}}',
    '{"models":{"aliases":{"constructor":"x"}}}',
    '{"server":{"prototype":1}}',
  ])('refuses %s (SEC-26)', async (file) => {
    expect((await problemOf(start({ file }))).problems[0]).toContain('never allowed')
  })

  it('leaves a file of a newer version alone', async () => {
    const home = await makeTemporaryHome()
    const file = JSON.stringify({ version: 2, brave: 'new' })
    expect(await problemOf(start({ home, file }))).toMatchObject({ problem: 'newer-version' })
    expect(await readFile(join(home, 'config.json'), 'utf8')).toBe(file)
  })

  it('tells where the text stops being JSON, without quoting it', async () => {
    const error = await problemOf(start({ file: '{\n  "keys": ["ps-secret-secret" oops]\n}' }))
    expect(error).toMatchObject({ problem: 'corrupt', message: expect.stringContaining('line 2') })
    expect(error.message).not.toContain('ps-secret')
  })
})

describe('saving', () => {
  it('writes only what differs from the defaults, and tells who listens', async () => {
    const { store, readFile } = await start()
    const seen: number[] = []
    const stop = store.subscribe((now) => seen.push(now.server.port))
    await store.update((now) => ({ ...now, server: { ...now.server, port: 9191 } }))
    stop()
    await store.update((now) => ({ ...now, server: { ...now.server, port: 9292 } }))
    expect(seen).toEqual([9191])
    expect(await readFile()).toEqual({ version: 1, server: { port: 9292 } })
    expect(store.source).toBe('file')
  })

  it('keeps home and files closed to other users after every write (SEC-08)', async () => {
    const home = await makeTemporaryHome()
    await chmod(home, 0o755)
    await writeFile(join(home, 'left-open.json'), '{}', { mode: 0o644 })
    const { store, path } = await start({ home, file: {} })
    await store.update((now) => ({ ...now, log: { ...now.log, maxRows: 7 } }))
    const backups = join(home, 'backups')
    const copies = (await readdir(backups)).map((name) => join(backups, name))
    const modes = await Promise.all([path, join(home, 'left-open.json'), ...copies].map(fileMode))
    expect(new Set(modes)).toEqual(new Set([0o600]))
    expect([await fileMode(home), await fileMode(backups)]).toEqual([0o700, 0o700])
  })

  it('refuses a home that the whole system shares', async () => {
    const home = await makeTemporaryHome()
    await chmod(home, 0o1777)
    expect(await problemOf(start({ home }))).toMatchObject({ problem: 'unsafe-home' })
    expect((await stat(home)).mode & 0o7777).toBe(0o1777)
  })

  it('saves changes that come at the same time one after the other', async () => {
    const { store } = await start()
    await Promise.all(
      Array.from({ length: 12 }, () =>
        store.update((now) => ({ ...now, log: { ...now.log, maxRows: now.log.maxRows + 1 } })),
      ),
    )
    expect(store.get().log.maxRows).toBe(10_012)
  })

  it('does not overwrite what the user typed into the file meanwhile', async () => {
    const { store, path, readFile } = await start({ file: { pool: { perAccountInflight: 3 } } })
    await writeFile(path, JSON.stringify({ pool: { perAccountInflight: 9 } }))
    await store.update((now) => ({ ...now, log: { ...now.log, maxRows: 7 } }))
    expect(await readFile()).toEqual({ version: 1, pool: { perAccountInflight: 9 }, log: { maxRows: 7 } })
  })

  it('rejects a change that does not fit, and keeps what was', async () => {
    const { store, readFile } = await start({ file: { server: { port: 1111 } } })
    const error = await problemOf(
      store.update((now) => ({ ...now, server: { ...now.server, port: 70_000 } })),
    )
    expect(error).toMatchObject({ problem: 'invalid', message: expect.stringContaining('server.port') })
    expect(store.get().server.port).toBe(1111)
    expect(await readFile()).toEqual({ server: { port: 1111 } })
  })

  it('keeps what was when the disk refuses', async () => {
    const home = await makeTemporaryHome()
    const folder = join(home, 'folder')
    const config = join(folder, 'config.json')
    await mkdir(folder)
    await writeFile(config, '{"server":{"port":1111}}')
    const { store } = await start({ home, flags: { config } })
    await rename(folder, join(home, 'moved'))
    await writeFile(folder, 'a file where the folder was')
    const error = await problemOf(store.update((now) => ({ ...now, server: { ...now.server, port: 2222 } })))
    expect(error.problem).toBe('unwritable')
    expect(store.get().server.port).toBe(1111)
  })
})

describe('invariants', () => {
  const wide = { host: '0.0.0.0', allowedHosts: ['proxy.lan'] }

  it.each([
    [
      'I1',
      { auth: 'off', cors: { mode: 'any' } },
      { auth: 'required', cors: { mode: 'allowlist' } },
      'server.auth',
    ],
    ['I2', { admin: { mode: 'on' } }, { admin: { mode: 'off' } }, 'server.admin.mode'],
    ['I3', { ...wide, auth: 'off' }, { host: '127.0.0.1' }, 'server.auth'],
    ['I3', { host: '0.0.0.0' }, { host: '127.0.0.1' }, 'server.allowedHosts'],
    ['I3', { host: '::' }, { host: '127.0.0.1' }, 'server.allowedHosts'],
    ['I3', { host: '192.168.1.5', allowedHosts: ['*'] }, { host: '127.0.0.1' }, 'server.allowedHosts'],
  ])('starts on the safe side of %s and leaves the file as it is', async (rule, server, safe, name) => {
    const file = JSON.stringify({ server })
    const { store, path } = await start({ file })
    expect(store.get().server).toMatchObject(safe)
    expect(store.warnings).toEqual([expect.stringMatching(/^config\.unsafe_combination: /)])
    expect(store.warnings[0]).toContain(name)
    expect(store.warnings[0]).toContain(rule)
    expect(await readFile(path, 'utf8')).toBe(file)
  })

  it('binds wide with strong keys, required, and named hosts', async () => {
    const { store } = await start({ file: { server: wide, keys: ['ps-3q8fhS0r9mVb27LxKJ1zTdQeWnYcAuGp'] } })
    expect(store.get().server.host).toBe('0.0.0.0')
    expect(store.warnings).toEqual([])
  })

  it('never binds wide with an example key, however it is accepted (SEC-05)', async () => {
    const { store } = await start({ file: { server: { ...wide, acceptWeakKeys: true }, keys: ['0000'] } })
    expect(store.get().server.host).toBe('127.0.0.1')
    expect(store.warnings[0]).toContain('keys')
  })

  it('holds for flags and environment too (SEC-06)', async () => {
    expect((await start({ flags: { host: '0.0.0.0' } })).store.get().server.host).toBe('127.0.0.1')
    expect((await start({ env: { PORTSIDE_HOST: '::' } })).store.get().server.host).toBe('127.0.0.1')
  })

  it('opens the admin door to others only for a strong admin key', async () => {
    const file = { server: wide, keys: ['ps-3q8fhS0r9mVb27LxKJ1zTdQeWnYcAuGp'] }
    const { store } = await start({ file, env: { PORTSIDE_ADMIN_KEY: 'admin' } })
    expect(store.get().server.admin.mode).toBe('off')
    expect(store.warnings[0]).toContain('PORTSIDE_ADMIN_KEY')
  })

  it('refuses to save an unsafe combination, and names it', async () => {
    const { store, path } = await start({ file: { server: { auth: 'off' } } })
    const error = await problemOf(
      store.update((now) => ({ ...now, server: { ...now.server, cors: { mode: 'any', origins: [] } } })),
    )
    expect(error).toMatchObject({ problem: 'unsafe', message: expect.stringContaining('server.cors.mode') })
    expect(await readFile(path, 'utf8')).toBe('{"server":{"auth":"off"}}')
  })

  it('still saves other things while the file holds an unsafe combination', async () => {
    const { store } = await start({ file: { server: { auth: 'off', cors: { mode: 'any' } } } })
    await store.update((now) => ({ ...now, log: { ...now.log, maxRows: 7 } }))
    expect(store.get()).toMatchObject({ log: { maxRows: 7 }, server: { auth: 'required' } })
  })
})
