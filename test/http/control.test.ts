import { mkdtemp, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const ADMIN_KEY = 'pa-Kd8sW2nQx6Lz4Vb9Tm1Rc7Yh3Jf5Gp0Ua'
let portside: RunningPortside
let token: string

beforeAll(async () => {
  const home = await mkdtemp(join(tmpdir(), 'portside-control-'))
  portside = await startPortside(
    {},
    { home, env: { PORTSIDE_PORT: '0', PORTSIDE_API_KEY: TEST_KEY, PORTSIDE_ADMIN_KEY: ADMIN_KEY } },
  )
  token = JSON.parse(await readFile(join(home, 'control.json'), 'utf8')).token
})
afterAll(() => portside.stop())

const signIn = (body: unknown) =>
  fetch(`${portside.url}/control/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const status = (headers: Record<string, string>) => fetch(`${portside.url}/control/api/status`, { headers })

describe('The control plane over HTTP', () => {
  it('SEC-04: is shut without a session, and a local key does not open it', async () => {
    expect((await status({})).status).toBe(401)
    expect((await status({ authorization: `Bearer ${TEST_KEY}` })).status).toBe(401)
    expect((await status({ cookie: 'portside_session=guess' })).status).toBe(401)
  })

  it('opens with the admin key, by a cookie that no script can read and no other site sends', async () => {
    const answer = await signIn({ adminKey: ADMIN_KEY })
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect([answer.status, /HttpOnly/.test(cookie), /SameSite=Strict/.test(cookie)]).toEqual([
      204,
      true,
      true,
    ])
    const session = cookie.split(';')[0] ?? ''
    expect((await (await status({ cookie: session })).json()).state).toBe('running')
    await fetch(`${portside.url}/control/session`, { method: 'DELETE', headers: { cookie: session } })
    expect((await status({ cookie: session })).status).toBe(401)
  })

  it('opens once with a ticket', async () => {
    const ticket = portside.proxy.makeTicket()
    expect((await signIn({ ticket })).status).toBe(204)
    expect((await signIn({ ticket })).status).toBe(401)
  })

  it('opens for this user’s own commands by the token in a private file', async () => {
    expect((await status({ authorization: `Bearer ${token}` })).status).toBe(200)
    expect((await stat(join(portside.home, 'control.json'))).mode & 0o777).toBe(0o600)
  })

  it('is shut for pages of other sites, session or not', async () => {
    const cookie = (await signIn({ adminKey: ADMIN_KEY })).headers.get('set-cookie')?.split(';')[0] ?? ''
    const answer = await status({ cookie, origin: 'https://page.example' })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })

  it('adds a provider and an account whose key is never told again', async () => {
    const call = (path: string, body: unknown) =>
      fetch(`${portside.url}/control/api${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      })
    expect(
      (
        await call('/providers', {
          id: 'work',
          type: 'openai-chat',
          baseUrl: 'https://api.example.com/v1',
          models: ['m'],
        })
      ).status,
    ).toBe(200)
    const secret = 'sk-work-0123456789abcdefghij'
    const added = await (await call('/accounts', { provider: 'work', name: 'main', apiKey: secret })).text()
    expect(added).toContain('"main"')
    expect(added).not.toContain(secret)
    const list = await (
      await fetch(`${portside.url}/v1/models`, { headers: { authorization: `Bearer ${TEST_KEY}` } })
    ).json()
    expect(list.data.map((model: { id: string }) => model.id)).toContain('m')
    expect(await readFile(join(portside.home, 'config.json'), 'utf8')).not.toContain(secret)
  })

  it('SEC-31: after five wrong keys in a minute there are no more tries', async () => {
    const statuses: number[] = []
    for (let tries = 0; tries < 7; tries++) statuses.push((await signIn({ adminKey: 'wrong' })).status)
    expect(statuses.slice(-2)).toEqual([429, 429])
    expect((await signIn({ adminKey: ADMIN_KEY })).status).toBe(429)
  })
})
