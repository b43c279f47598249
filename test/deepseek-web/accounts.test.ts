import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { ChatError } from '../../proxy/chat/chat-error.ts'
import type { JsonObject } from '../../proxy/chat/json.ts'
import { createSessionTokens } from '../../proxy/providers/deepseek-web/session-tokens.ts'
import type { WebApi } from '../../proxy/providers/deepseek-web/web-api.ts'
import { ANSWER } from '../simulators/deepseek-web/texts.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { LOGIN, type Stage, stage, TOKEN, textOf } from './stage.ts'

const NEVER = new AbortController().signal
const stages: Stage[] = []
const open = async (setting?: Parameters<typeof stage>[0]) => {
  const opened = await stage(setting)
  stages.push(opened)
  return opened
}
afterEach(async () => {
  for (const opened of stages.splice(0).reverse()) await opened.stop()
})
const health = ({ portside }: Stage, id = 'nora') => portside.proxy.accounts().find((one) => one.id === id)

describe('signing in', () => {
  it('happens once for many requests, with the user’s own password and an empty device id', async () => {
    const on = await open({ options: { inFlight: 4 } })
    const answers = await Promise.all([1, 2, 3, 4].map(() => on.chat('hi').then(textOf)))
    expect(answers).toEqual([ANSWER, ANSWER, ANSWER, ANSWER])
    expect(on.simulator.callsOf('/api/v0/users/login').map(({ body }) => body)).toEqual([
      { ...LOGIN, mobile: null, area_code: null, device_id: '', os: 'web' },
    ])
  })

  it('a token is checked once and then used as it is', async () => {
    const on = await open({ accounts: [{ id: 'nora', provider: 'deepseek-web', token: TOKEN }] })
    expect(await on.chat('hi').then(textOf)).toBe(ANSWER)
    expect(await on.chat('hi').then(textOf)).toBe(ANSWER)
    expect(on.simulator.callsOf('/api/v0/users/current')).toHaveLength(1)
    expect(on.simulator.callsOf('/api/v0/users/login')).toEqual([])
  })

  it('a wrong password says the vendor’s own words and another way, and is not tried again at once', async () => {
    const on = await open({
      accounts: [{ id: 'nora', provider: 'deepseek-web', ...LOGIN, password: 'wrong-wrong' }],
    })
    expect(await on.chat('hi').then(textOf)).toMatch(
      /^502 .*"PASSWORD_OR_USER_NAME_IS_WRONG".*sign-in window/,
    )
    await on.chat('hi')
    expect(on.simulator.callsOf('/api/v0/users/login')).toHaveLength(1)
    expect(health(on)).toMatchObject({ health: 'needs-sign-in', availableAt: expect.any(Number) })
    expect(JSON.stringify(on.portside.proxy.status())).not.toContain('wrong-wrong')
  })

  it('FM-20 a token that ended is renewed once with the password, and the request is answered', async () => {
    const on = await open({ accounts: [{ id: 'nora', provider: 'deepseek-web', ...LOGIN, token: TOKEN }] })
    await on.chat('hi')
    on.simulator.state.accounts[0]!.tokens.clear()
    expect(await on.chat('hi').then(textOf)).toBe(ANSWER)
    expect(on.simulator.callsOf('/api/v0/users/login')).toHaveLength(1)
    expect(health(on)?.health).toBe('ready')
  })

  it('a token that ended without a password asks the person to sign in again', async () => {
    const on = await open({ accounts: [{ id: 'nora', provider: 'deepseek-web', token: TOKEN }] })
    await on.chat('hi')
    on.simulator.state.accounts[0]!.tokens.clear()
    expect(await on.chat('hi').then(textOf)).toMatch(/^502 .*sign in again/)
    expect(health(on)).toMatchObject({
      health: 'needs-sign-in',
      healthReason: expect.stringMatching(/sign in again/),
    })
    expect(on.portside.proxy.status().attention).toContainEqual(
      expect.objectContaining({ id: 'account-nora', action: expect.stringMatching(/sign in again/) }),
    )
  })

  it('another account serves where one has to sign in again', async () => {
    const on = await open({
      simulator: { accounts: [{ token: 'dead' }, { token: TOKEN }] },
      accounts: [
        { id: 'one', provider: 'deepseek-web', token: 'not-a-token-of-anybody' },
        { id: 'two', provider: 'deepseek-web', token: TOKEN },
      ],
    })
    const response = await on.chat('hi')
    expect([await textOf(response), response.headers.get('x-portside-account')]).toEqual([ANSWER, 'two'])
  })

  it('REL-19 a renewed token is on the disk before it is used, and is used after a restart', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portside-test-'))
    const first = await open({ proxy: { home } })
    await first.chat('hi')
    expect(first.simulator.callsOf('/api/v0/users/login')).toHaveLength(1)
    await first.portside.proxy.close()
    const { simulator } = first
    const again = await open({
      proxy: { home },
      provider: { baseUrl: simulator.url },
    })
    expect(await again.chat('hi').then(textOf)).toBe(ANSWER)
    expect(simulator.callsOf('/api/v0/users/login')).toHaveLength(1)
    expect(simulator.callsOf('/api/v0/users/current')).toHaveLength(1)
  })

  it('a token that DeepSeek changes while it is checked is the one that counts', async () => {
    const on = await open({ accounts: [{ id: 'nora', provider: 'deepseek-web', token: TOKEN }] })
    const account = on.simulator.state.accounts[0]!
    account.rotatesTo = on.simulator.state.issueToken(account)
    await on.chat('hi')
    const [session] = on.simulator.callsOf('/api/v0/chat_session/create')
    expect(session?.headers.authorization).toBe(`Bearer ${account.rotatesTo}`)
  })

  it('an account is tried by a check of its sign-in, without asking a model', async () => {
    const on = await open()
    const control = createRouterClient(on.portside.proxy.control, { context: {} })
    expect(await control.accounts.test({ id: 'nora' })).toMatchObject({
      success: true,
      message: expect.stringMatching(/^The account works/),
    })
    on.simulator.state.accounts[0]!.mutedUntil = Date.now() + 3_600_000
    expect(await control.accounts.test({ id: 'nora' })).toMatchObject({
      success: false,
      message: expect.stringMatching(/muted/),
    })
    expect(on.simulator.callsOf('/api/v0/chat_session/create')).toEqual([])
  })
})

describe('REL-19 renewing a token', () => {
  const account = { id: 'nora', credential: 'old', login: LOGIN }
  const user = (token: string): JsonObject => ({ user: { token, chat: { is_muted: 0 } } })

  /** An API whose sign-in waits until it is told to go on. */
  function heldApi(answer: () => Promise<JsonObject>) {
    const asked: string[] = []
    const { promise: gate, resolve: goOn } = Promise.withResolvers<void>()
    const api: WebApi = {
      async call(endpoint) {
        asked.push(endpoint)
        await gate
        return answer()
      },
      open: () => Promise.reject(new Error('no stream here')),
    }
    return { api, asked, goOn }
  }

  it('200 requests with an expired token cause one sign-in, written down before anybody uses it', async () => {
    const order: string[] = []
    const { api, asked, goOn } = heldApi(async () => user('new'))
    const tokens = createSessionTokens({
      api,
      clock: createFakeClock(),
      async keepToken(id, token) {
        await Promise.resolve()
        order.push(`kept ${id} ${token}`)
      },
    })
    const waiting = Array.from({ length: 200 }, async () => {
      order.push(`used ${await tokens.renew(account, 'old', NEVER)}`)
    })
    goOn()
    await Promise.all(waiting)
    expect(asked).toEqual(['login'])
    expect(order).toEqual(['kept nora new', ...Array.from({ length: 200 }, () => 'used new')])
    expect(await tokens.renew(account, 'old', NEVER)).toBe('new')
    expect(asked).toHaveLength(1)
  })

  it('a refused sign-in fails them all once, and is tried again only after a minute', async () => {
    const clock = createFakeClock()
    const { api, asked, goOn } = heldApi(() =>
      Promise.reject(new ChatError('upstream-auth', 'refused', { code: 'sign_in_refused' })),
    )
    const tokens = createSessionTokens({ api, clock, keepToken: () => Promise.resolve() })
    const waiting = Promise.allSettled(Array.from({ length: 200 }, () => tokens.renew(account, 'old', NEVER)))
    goOn()
    expect(new Set((await waiting).map(({ status }) => status))).toEqual(new Set(['rejected']))
    await expect(tokens.renew(account, 'old', NEVER)).rejects.toMatchObject({ code: 'sign_in_refused' })
    expect(asked).toHaveLength(1)
    await clock.advance(60_001)
    await expect(tokens.renew(account, 'old', NEVER)).rejects.toThrow()
    expect(asked).toHaveLength(2)
    // A new password is a new chance.
    await expect(
      tokens.renew({ ...account, login: { ...LOGIN, password: 'another' } }, 'old', NEVER),
    ).rejects.toThrow()
    expect(asked).toHaveLength(3)
  })

  it('whoever leaves does not end it for the others', async () => {
    const { api, goOn } = heldApi(async () => user('new'))
    const tokens = createSessionTokens({ api, clock: createFakeClock(), keepToken: () => Promise.resolve() })
    const gone = new AbortController()
    const first = tokens.renew(account, 'old', gone.signal)
    const second = tokens.renew(account, 'old', NEVER)
    gone.abort(new ChatError('cancelled', 'left'))
    await expect(first).rejects.toMatchObject({ kind: 'cancelled' })
    goOn()
    expect(await second).toBe('new')
  })

  it('a token is checked again after an hour', async () => {
    const clock = createFakeClock()
    const { api, asked, goOn } = heldApi(async () => ({ token: 'old', chat: { is_muted: 0 } }))
    goOn()
    const tokens = createSessionTokens({ api, clock, keepToken: () => Promise.resolve() })
    await tokens.token(account, NEVER)
    await clock.advance(3_599_000)
    await tokens.token(account, NEVER)
    expect(asked).toEqual(['currentUser'])
    await clock.advance(2_000)
    await tokens.token(account, NEVER)
    expect(asked).toEqual(['currentUser', 'currentUser'])
  })
})

describe('a muted account', () => {
  const TWO = {
    simulator: { accounts: [{ token: TOKEN }, { token: 'sim-token-2-0123456789' }] },
    accounts: [
      { id: 'one', provider: 'deepseek-web', token: TOKEN, priority: 1 },
      { id: 'two', provider: 'deepseek-web', token: 'sim-token-2-0123456789', priority: 2 },
    ],
    settings: { pool: { strategy: 'priority' as const } },
  }

  it('ends the request with the time, moves it to no other account, and is asked nothing more', async () => {
    const on = await open(TWO)
    const refused = await on.chat('[[sim:muted-json]]')
    expect(refused.status).toBe(403)
    expect((await refused.json()).error).toMatchObject({
      code: 'account_muted',
      message: expect.stringMatching(/muted this account until \d{4}-/),
    })
    expect(on.simulator.callsOf('/api/v0/chat/completion')).toHaveLength(1)
    const day = 86_400_000
    expect(health(on, 'one')).toMatchObject({ health: 'muted' })
    expect(Math.abs((health(on, 'one')?.availableAt ?? 0) - Date.now() - day)).toBeLessThan(60_000)
    expect(health(on, 'two')?.health).not.toBe('muted')
    // Another request is another matter.
    const next = await on.chat('hi')
    expect(next.headers.get('x-portside-account')).toBe('two')
  })

  it('is known over a restart, for as long as DeepSeek said', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portside-test-'))
    const on = await open({ proxy: { home } })
    await on.chat('[[sim:muted-json]]')
    await on.portside.proxy.close()
    const again = await open({ proxy: { home } })
    expect(health(again)).toMatchObject({ health: 'muted', availableAt: expect.any(Number) })
    const response = await again.chat('hi')
    expect([response.status, (await response.json()).error.code]).toEqual([403, 'account_muted'])
    expect(again.simulator.calls).toEqual([])
  })

  it('is noticed at sign-in already', async () => {
    const on = await open()
    on.simulator.state.accounts[0]!.mutedUntil = Date.now() + 3_600_000
    expect(await on.chat('hi').then(textOf)).toMatch(/^403 .*muted/)
    expect(on.simulator.callsOf('/api/v0/chat_session/create')).toEqual([])
  })
})
