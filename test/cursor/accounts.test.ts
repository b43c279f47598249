import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, INBOUND, MODES } from '../deepseek-web/ask.ts'
import { KEY, type Stage, stage, untilListed } from './stage.ts'

const COOKIE = 'user_01NORA%3A%3AeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJub3JhIn0.c2lnbmF0dXJl'
const ALLOWED = ['/v1/me', '/v1/models', '/api/auth/me', '/api/usage-summary']

let on: Stage
afterEach(async () => {
  // Whatever a test does, nothing but these addresses may ever be called: above all no chat of the website.
  expect(on.api.calls.filter(({ path, method }) => method !== 'GET' || !ALLOWED.includes(path))).toEqual([])
  await on.stop()
})

async function begin(setting: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  on = await stage(setting)
  return on
}

const control = () => createRouterClient(on.portside.proxy.control, { context: {} })
const test = (id = 'nora') => control().accounts.test({ id })
const models = async () =>
  (await control().models.list()).filter(({ provider }) => provider === 'cursor').map(({ id }) => id)

describe('the test of an account', () => {
  it.each([
    ['cli', "Cursor's command line"],
    ['sdk', "Cursor's SDK"],
  ] as const)('says whose key it is, and that the %s serves', async (runner, name) => {
    await begin({ runner })
    expect(await test()).toMatchObject({
      success: true,
      message: `The key works: it is of nora@example.test. Requests go through ${name}`,
    })
    expect(on.api.calls.at(-1)).toMatchObject({ path: '/v1/me', headers: { authorization: `Bearer ${KEY}` } })
    expect(on.cursor.runs()).toEqual([])
  })

  it('says that a key is refused, and where a new one is made', async () => {
    await begin({ api: { keys: {} } })
    expect(await test()).toMatchObject({
      success: false,
      message: expect.stringMatching(
        /refused this account's key \(Invalid API key\): make a new one at https/,
      ),
    })
  })

  it.each([
    [
      'a page of HTML with 403',
      403,
      '<html><title>Forbidden</title></html>',
      /refused this account's key \(Forbidden\)/,
    ],
    ['429', 429, '{"error":{"message":"slow down"}}', /limiting this account: slow down/],
    ['500', 500, '{"message":"Unsupported role"}', /Cursor failed: Unsupported role/],
    ['400', 400, '{"error":"Invalid payload"}', /did not take the request: Invalid payload/],
    ['something that is no JSON', 200, 'hello', /no JSON/],
    ['a way to another page', 302, '', /another page/],
  ])('tells of %s', async (_what, status, body, says) => {
    await begin({ api: { answers: { '/v1/me': { status, body, headers: { location: '/elsewhere' } } } } })
    expect(await test()).toMatchObject({ success: false, message: expect.stringMatching(says) })
  })
})

describe('the session cookie of an account', () => {
  const account = { id: 'nora', provider: 'cursor', name: 'nora' } as const

  it('reads the plan from the account pages, and is sent nowhere else', async () => {
    await begin({ api: { cookie: COOKIE }, accounts: [{ ...account, apiKey: KEY, token: COOKIE }] })
    expect((await test()).message).toBe(
      'The key works: it is of nora@example.test. Requests go through Cursor\'s command line; nora@example.test has the plan "pro", 45 % of what it includes is used, it is counted anew on 2026-12-01',
    )
    await untilListed(on)
    expect((await on.chat('hello')).status).toBe(200)
    const withCookie = on.api.calls.filter(({ headers }) => headers.cookie !== undefined)
    expect(withCookie.map(({ path, headers }) => [path, headers.cookie, headers.authorization])).toEqual([
      ['/api/auth/me', `WorkosCursorSessionToken=${COOKIE}`, undefined],
      ['/api/usage-summary', `WorkosCursorSessionToken=${COOKIE}`, undefined],
    ])
    expect(JSON.stringify(on.cursor.runs())).not.toContain('eyJhbGciOiJIUzI1NiJ9')
  })

  it.each([decodeURIComponent(COOKIE), `WorkosCursorSessionToken=${COOKIE}`])(
    'may be given as it was copied: %s',
    async (token) => {
      await begin({ api: { cookie: COOKIE }, accounts: [{ ...account, apiKey: KEY, token }] })
      expect((await test()).message).toContain('plan "pro"')
    },
  )

  it('that has ended says so', async () => {
    await begin({ api: { cookie: 'another' }, accounts: [{ ...account, apiKey: KEY, token: COOKIE }] })
    expect(await test()).toMatchObject({
      success: false,
      message: expect.stringContaining('not_authenticated'),
    })
  })

  it('is no key: alone it serves no request, and no run begins', async () => {
    await begin({ api: { cookie: COOKIE }, accounts: [{ ...account, token: COOKIE }] })
    await untilListed(on)
    const response = await on.chat('hello')
    expect([response.status, (await response.json()).error.message]).toEqual([
      502,
      expect.stringContaining('has no Cursor API key'),
    ])
    expect(on.cursor.runs()).toEqual([])
    expect(on.api.calls.filter(({ headers }) => String(headers.authorization).includes('eyJ'))).toEqual([])
  })
})

describe('the models', () => {
  it.each(['cli', 'sdk'] as const)(
    'are those that the %s names, and the account’s default',
    async (runner) => {
      await begin({ runner })
      await untilListed(on, 'composer-2')
      const bases = ['auto', 'composer-2', 'opus-5-thinking']
      // A name that says that it thinks has no second one.
      expect(await models()).toEqual([...bases, 'auto-thinking', 'composer-2-thinking'])
      expect(on.api.calls).toEqual([])
      expect((await on.chat('hello', { model: 'composer-2' })).status).toBe(200)
      expect(on.cursor.runs()[0]?.model).toBe('composer-2')
    },
  )

  it('are asked of the public API where nothing is installed', async () => {
    await begin({ options: { cliPath: '/nowhere/cursor-agent' } })
    await untilListed(on, 'composer-2')
    expect(on.api.calls.map(({ path }) => path)).toEqual(['/v1/models'])
  })

  it('are the default alone where nobody lists any', async () => {
    await begin({ options: { cliPath: '/nowhere/cursor-agent' }, api: { keys: {} } })
    await untilListed(on)
    expect(await models()).toEqual(['auto', 'auto-thinking'])
  })
})

describe('the SDK', () => {
  const entry = () => join(on.cursor.sdkPath, 'node_modules', '@cursor', 'sdk', 'dist', 'index.js')

  it('serves where there is no command line', async () => {
    await begin({ options: { runner: 'auto', cliPath: '/nowhere/cursor-agent' } })
    await untilListed(on, 'composer-2')
    expect((await test()).message).toContain("go through Cursor's SDK")
    expect((await on.chat('hello')).status).toBe(200)
    expect(on.cursor.runs().map(({ by }) => by)).toEqual(['sdk'])
  })

  it.each([
    [
      'cannot be loaded',
      'throw new Error("no binary for this platform")',
      503,
      /could not be loaded; install it again/,
    ],
    ['has another shape', 'export const Agent = {}', 502, /another shape than the one that Portside knows/],
  ])('that %s says so', async (_what, module, status, says) => {
    await begin()
    await writeFile(entry(), module)
    const { sdkPath } = on.cursor
    const again = await stage({
      runner: 'sdk',
      options: { sdkPath },
      settings: { retry: { maxAttempts: 1 } },
    })
    try {
      await untilListed(again)
      const response = await again.chat('hello')
      expect([response.status, (await response.json()).error.message]).toEqual([
        status,
        expect.stringMatching(says),
      ])
    } finally {
      await again.stop()
    }
  })
})

describe('where nothing of Cursor’s is installed', () => {
  const SAYS =
    /^Neither Cursor's command line nor its SDK is installed here.*install Cursor's command line \(https:\/\/cursor\.com\/cli\), or npm install -g @cursor\/sdk$/
  let place = ''
  const saved = { PATH: process.env.PATH, HOME: process.env.HOME }
  afterEach(async () => {
    Object.assign(process.env, saved)
    await rm(place, { recursive: true, force: true })
  })

  /** A machine of its own, with nothing on its PATH. */
  async function beginBare(): Promise<void> {
    place = await mkdtemp(join(tmpdir(), 'portside-bare-'))
    Object.assign(process.env, { PATH: join(place, 'bin'), HOME: place })
    await begin({ options: { runner: 'auto', cliPath: undefined, sdkPath: undefined } })
    await untilListed(on)
  }

  it.each(INBOUND.flatMap((inbound) => MODES.map((mode) => [inbound, mode] as const)))(
    'a request in %s (%s) says what to install, and the account is not blamed',
    async (inbound, mode) => {
      await beginBare()
      const view = await ask(on.portside, { inbound, mode, model: 'auto', prompt: 'hello', account: 'nora' })
      expect(view).toMatchObject({
        status: 503,
        error: expect.stringMatching(SAYS),
      })
      expect(on.portside.proxy.accounts()[0]?.health).toBe('ready')
    },
  )

  it('the account’s test and the status say it too', async () => {
    await beginBare()
    expect(await test()).toMatchObject({ success: false, message: expect.stringMatching(SAYS) })
    const { attention } = await control().status.get()
    expect(attention.map(({ title }) => title)).toEqual([
      expect.stringMatching(
        /^Provider "cursor": Neither Cursor's command line nor its SDK is installed here/,
      ),
    ])
  })

  it('an installation is found on the PATH without a restart', async () => {
    await beginBare()
    expect((await on.chat('hello')).status).toBe(503)
    await mkdir(join(place, 'bin'))
    await symlink(on.cursor.cliPath, join(place, 'bin', 'cursor-agent'))
    await expect
      .poll(async () => (await on.chat('hello')).status, { interval: 500, timeout: 15_000 })
      .toBe(200)
    expect(on.portside.proxy.status().attention).toEqual([])
  }, 20_000)

  it('a program at a given path is used, and a folder or a plain file there is none', async () => {
    await begin({ options: { cliPath: undefined } })
    const { cliPath } = on.cursor
    await on.stop()
    for (const path of [dirname(cliPath), join(import.meta.dirname, 'stage.ts')]) {
      await begin({ options: { cliPath: path } })
      await untilListed(on)
      const response = await on.chat('hello')
      expect((await response.json()).error.message).toContain(`also not at ${path}`)
      await on.stop()
    }
    await begin()
  })
})
