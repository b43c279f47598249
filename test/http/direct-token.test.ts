import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { makeTemporaryHome } from '../../proxy/settings/temporary-home.test-support.ts'
import { type DeepseekSimulator, startDeepseek } from '../simulators/deepseek-web/start-deepseek.ts'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { sendJson, startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const TOKEN = 'direct-canary-3Kq9Zw5Xc7Vb1Nm4Lp8Rt2'
const ACCOUNT_KEY = 'canary-account-5Zq8Lw2Xc7Vb1Nm4'
const OLD_KEY = 'an-old-licence-of-ours-0815-4711'

let open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.reverse()) await close()
  open = []
})

const ON = { directToken: { mode: 'on', provider: 'sim' } } as const

async function start(
  settings: SettingsInput = {},
): Promise<{ upstream: Upstream; portside: RunningPortside }> {
  const upstream = await startUpstream((request, response) =>
    sayAsOpenAiChat(request, response, { text: 'hello' }),
  )
  open.push(upstream.close)
  const provider = { type: 'openai-chat', baseUrl: `${upstream.url}/v1`, privateNetwork: false } as const
  const portside = await startPortside({
    server: ON,
    providers: [
      { ...provider, id: 'sim', models: ['sim-model', 'shared'], privateNetwork: true },
      { ...provider, id: 'other', models: ['other-model', 'shared'], privateNetwork: true },
    ],
    accounts: [
      { provider: 'sim', name: 'mine', apiKey: ACCOUNT_KEY },
      { provider: 'other', name: 'other', apiKey: `${ACCOUNT_KEY}-other` },
    ],
    retry: { backoffBaseMs: 1 },
    ...settings,
  })
  open.push(portside.stop)
  return { upstream, portside }
}

const ask = (
  portside: RunningPortside,
  token: string,
  more: object = {},
  headers: Record<string, string> = {},
) =>
  portside.post(
    '/v1/chat/completions',
    { model: 'sim-model', messages: [{ role: 'user', content: 'hi' }], ...more },
    { headers: { authorization: `Bearer ${token}`, ...headers } },
  )

describe('SEC-14 a token that is no local key', () => {
  it('is refused while direct tokens are off, which they are unless switched on, and goes nowhere', async () => {
    const { upstream, portside } = await start({ server: {} })
    expect((await ask(portside, TOKEN)).status).toBe(401)
    expect(upstream.requests).toEqual([])
  })

  it('is used for its own request, at the named provider, and touches no account', async () => {
    const { upstream, portside } = await start()
    for (const stream of [false, true]) {
      const response = await ask(portside, TOKEN, { stream })
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('hello')])
      expect(response.headers.get('x-portside-account')).toMatch(/^direct-[0-9a-f]{12}$/)
    }
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${TOKEN}`,
      `Bearer ${TOKEN}`,
    ])
    expect(portside.proxy.accounts().map(({ lastUsedAt, inFlight }) => [lastUsedAt, inFlight])).toEqual([
      [null, 0],
      [null, 0],
    ])
    // The next request, with the local key, is the account's again.
    await ask(portside, TEST_KEY)
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${ACCOUNT_KEY}`)
  })

  it('reaches its one provider alone: not another’s model, prefix, share of a name, or pinned account', async () => {
    const { upstream, portside } = await start()
    expect((await ask(portside, TOKEN, { model: 'other-model' })).status).toBe(404)
    expect((await ask(portside, TOKEN, { model: 'other/shared' })).status).toBe(404)
    expect((await ask(portside, TOKEN, {}, { 'x-portside-account': 'mine' })).status).toBe(503)
    const foreign = await portside.post(
      '/other/v1/chat/completions',
      { model: 'shared', messages: [{ role: 'user', content: 'hi' }] },
      { headers: { authorization: `Bearer ${TOKEN}` } },
    )
    expect(foreign.status).toBe(401)
    expect(upstream.requests).toEqual([])
    expect((await ask(portside, TOKEN, { model: 'shared' })).headers.get('x-portside-provider')).toBe('sim')
  })

  it('sees the models of its provider', async () => {
    const { portside } = await start()
    const response = await fetch(`${portside.url}/v1/models`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    expect((await response.json()).data.map(({ id }: { id: string }) => id)).toEqual(['sim-model', 'shared'])
  })

  it.each([
    ['looks like a local key', 'ps-Vb3xQm7Lr2TzKc9WnYpD4sHj6FgA1eUoXi8Rt5Nq0Bx'],
    ['looks like one in capitals', 'PS-Vb3xQm7Lr2TzKc9WnYpD4sHj6FgA1eUoXi8Rt5Nq0Bx'],
    ['is an example from a manual', 'your-api-key'],
    ['is too short for a token', 'sk-short'],
    ['is a local key that has expired', 'once-a-key-of-this-portside-0001'],
  ])('is refused where it %s', async (_what, token) => {
    const { upstream, portside } = await start({
      keys: [
        { name: 'test', key: TEST_KEY },
        { name: 'old', key: 'once-a-key-of-this-portside-0001', expiresAt: 1 },
      ],
    })
    expect((await ask(portside, token)).status).toBe(401)
    expect(upstream.requests).toEqual([])
  })

  it('is refused on routes that ask no model of a conversation', async () => {
    const { upstream, portside } = await start()
    const headers = { authorization: `Bearer ${TOKEN}` }
    for (const path of ['/v1/embeddings', '/v1/messages/count_tokens'])
      expect([
        path,
        (await portside.post(path, { model: 'sim-model', input: 'x' }, { headers })).status,
      ]).toEqual([path, 401])
    expect(upstream.requests).toEqual([])
  })

  it('is refused where it equals a local key that was removed, also after a restart', async () => {
    const upstream = await startUpstream((request, response) =>
      sayAsOpenAiChat(request, response, { text: 'hi' }),
    )
    open.push(upstream.close)
    const home = await makeTemporaryHome()
    const config = {
      version: 1,
      server: { port: 0, ...ON },
      keys: [
        { name: 'licence', key: OLD_KEY },
        { name: 'test', key: TEST_KEY },
      ],
      providers: [
        {
          id: 'sim',
          type: 'openai-chat',
          baseUrl: `${upstream.url}/v1`,
          models: ['sim-model'],
          privateNetwork: true,
        },
      ],
    }
    await writeFile(join(home, 'config.json'), JSON.stringify(config))
    const first = await startPortside({}, { home, env: {} })
    const control = createRouterClient(first.proxy.control, { context: {} })
    expect((await ask(first, OLD_KEY)).status).toBe(200)
    const licence = (await control.keys.list()).find(({ name }) => name === 'licence')
    await control.keys.remove({ id: licence?.id ?? '' })
    expect((await ask(first, OLD_KEY)).status).toBe(401)
    await first.proxy.close()
    const second = await startPortside({}, { home, env: {} })
    open.push(() => second.proxy.close())
    expect((await ask(second, OLD_KEY)).status).toBe(401)
    expect((await ask(second, TOKEN)).status).toBe(200)
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      `Bearer ${TOKEN}`,
    ])
  })

  it('leaves room for two requests at a time, whoever sends them, and gives its place back', async () => {
    const { upstream, portside } = await start()
    const held: (() => void)[] = []
    upstream.answer = (request, response) =>
      held.push(() => sayAsOpenAiChat(request, response, { text: 'late' }))
    const two = [ask(portside, TOKEN), ask(portside, `${TOKEN}-two`)]
    await expect.poll(() => held.length, { interval: 5 }).toBe(2)
    const third = await ask(portside, `${TOKEN}-three`)
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1'])
    for (const answer of held) answer()
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([200, 200])
    upstream.answer = (request, response) => sayAsOpenAiChat(request, response, { text: 'soon' })
    expect((await ask(portside, TOKEN)).status).toBe(200)
  })

  it('is tried once: what refuses it is told, and no account takes its place', async () => {
    const { upstream, portside } = await start()
    upstream.answer = (_request, response) => sendJson(response, 401, { error: { message: 'no such token' } })
    const response = await ask(portside, TOKEN)
    expect([response.status, (await response.json()).error.message]).toEqual([
      502,
      expect.stringContaining('no such token'),
    ])
    expect(upstream.requests).toHaveLength(1)
    expect(portside.proxy.accounts().map(({ health }) => health)).toEqual(['untested', 'untested'])
  })

  it('is not taken at an address that others can reach: such settings start on the safe side', async () => {
    const { portside } = await start({
      server: { ...ON, host: '0.0.0.0', allowedHosts: ['harbour.example'] },
    })
    expect(portside.proxy.status()).toMatchObject({ host: '127.0.0.1' })
    const said = portside.proxy.status().attention.map(({ title }) => title)
    expect(said).toContainEqual(expect.stringMatching(/server\.directToken: .*local keys alone/))
  })

  it('is for a provider that there is; otherwise the status says so, and nothing is taken', async () => {
    const { upstream, portside } = await start({
      server: { directToken: { mode: 'on', provider: 'nobody' } },
    })
    expect((await ask(portside, TOKEN)).status).toBe(404)
    expect(upstream.requests).toEqual([])
    expect(portside.proxy.status().attention.map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/there is no provider "nobody"/),
    )
  })
})

describe('SEC-14, SEC-21 a direct token', () => {
  const hits = (text: string) =>
    [TOKEN, Buffer.from(TOKEN).toString('base64').replace(/=+$/, ''), encodeURIComponent(TOKEN)].filter(
      (form) => text.includes(form),
    )

  async function expectNowhere(portside: RunningPortside): Promise<void> {
    await portside.proxy.log.flush()
    const rows = await portside.proxy.log.list({ limit: 500 })
    expect(rows.length).toBeGreaterThan(2)
    expect(hits(JSON.stringify(rows))).toEqual([])
    const bodies = await Promise.all(rows.map((row) => portside.proxy.log.bodies(row.id)))
    expect(hits(JSON.stringify(bodies))).toEqual([])
    expect(hits(JSON.stringify(portside.proxy.status()))).toEqual([])
    await portside.proxy.stop()
    for (const name of await readdir(portside.home, { recursive: true })) {
      const text = await readFile(join(portside.home, name), 'latin1').catch(() => '')
      expect([name, hits(text)]).toEqual([name, []])
    }
  }

  it('stands in no row, body, error, header, status or file, also where the upstream repeats it', async () => {
    const { upstream, portside } = await start({ log: { bodies: 'all' } })
    upstream.answer = (request, response) => {
      const echoed = `you sent ${request.headers.authorization}`
      if (upstream.requests.length % 2 === 0)
        return sendJson(response, 401, { error: { message: echoed, type: 'auth', code: null } })
      return sendJson(response, 200, {
        choices: [{ index: 0, message: { role: 'assistant', content: echoed }, finish_reason: 'stop' }],
      })
    }
    for (const _round of [1, 2]) {
      const answered = await ask(portside, TOKEN, { user: TOKEN })
      expect(hits(JSON.stringify([...answered.headers]))).toEqual([])
      const refused = await ask(portside, TOKEN)
      expect(hits(JSON.stringify([...refused.headers]) + (await refused.text()))).toEqual([])
    }
    expect(upstream.requests).toHaveLength(4)
    await expectNowhere(portside)
  })

  it('serves DeepSeek’s web as a session token, checked for each request and remembered by nobody', async () => {
    const simulator: DeepseekSimulator = await startDeepseek({ accounts: [{ token: TOKEN }] })
    open.push(simulator.close)
    const portside = await startPortside({
      server: { directToken: { mode: 'on' } },
      providers: [
        {
          id: 'deepseek-web',
          type: 'deepseek-web',
          baseUrl: simulator.url,
          privateNetwork: true,
          options: { betweenStartsMs: 0 },
        },
      ],
      log: { bodies: 'all' },
    })
    open.push(portside.stop)
    for (const _round of [1, 2, 3])
      expect((await ask(portside, TOKEN, { model: 'deepseek-chat' })).status).toBe(200)
    expect(simulator.callsOf('/api/v0/users/current')).toHaveLength(3)
    expect((await ask(portside, `${TOKEN}-wrong`, { model: 'deepseek-chat' })).status).toBe(502)
    await expectNowhere(portside)
  })
})
