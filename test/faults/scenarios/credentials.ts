import { call } from '@orpc/server'
import { expect, vi } from 'vitest'
import { startDeepseek } from '../../simulators/deepseek-web/start-deepseek.ts'
import { sayAsOpenAiChat } from '../../simulators/say.ts'
import { startUpstream, type Upstream } from '../../simulators/upstream.ts'
import type { RunningPortside } from '../../support/start-portside.ts'
import { ask, sayView } from '../ask.ts'
import type { Cell, ScenarioRow } from '../row.ts'
import { expectQuiet, healthOf, type Stage, servedBy, startWithFile } from '../stage.ts'

const TEXT = 'the tide comes in'
const OLD = 'Bearer sk-account-0-0-0123456789'
const NEW_KEY = 'sk-rotated-0123456789-0123456789'

/** An answer is under way when the account changes; then another request comes, and then the first answer ends. */
async function playChange(
  stage: Stage,
  cell: Cell,
  change: (portside: RunningPortside) => Promise<unknown>,
): Promise<{ upstream: Upstream; first: string; second: string }> {
  let finish = () => undefined as unknown
  const upstream = await startUpstream((request, response, index) => {
    const say = () => sayAsOpenAiChat(request, response, { text: TEXT })
    if (index > 0) return say()
    finish = say
  })
  stage.onEnd(upstream.close)
  const portside = await startWithFile(stage, servedBy([`${upstream.url}/v1`], 2))
  const first = ask(portside, cell, 'req-first')
  await vi.waitFor(() => expect(upstream.requests).toHaveLength(1))
  await change(portside)
  const second = await ask(portside, cell, 'req-second')
  expect(second.invalid).toBeUndefined()
  finish()
  const view = await first
  expect([view.seen, view.invalid, view.text]).toEqual(['answered', undefined, TEXT])
  expect(upstream.requests[0]?.headers.authorization).toBe(OLD)
  expectQuiet(portside)
  return { upstream, first: sayView(view), second: sayView(second) }
}

const LOGIN = { email: 'nora@example.test', password: 'open-the-harbour' }

/** A web plan whose session ends between two requests; then many come at once. */
async function playRefresh(stage: Stage, cell: Cell): Promise<string> {
  const text = 'The harbour is open.'
  const deepseek = await startDeepseek({
    accounts: [{ ...LOGIN, token: 'sim-token-1' }],
    respond: () => ({ text }),
  })
  stage.onEnd(deepseek.close)
  const portside = await stage.portside([], {
    providers: [
      {
        id: 'web',
        type: 'deepseek-web',
        baseUrl: deepseek.url,
        models: [{ id: 'm', upstream: 'deepseek-chat' }],
        privateNetwork: true,
        options: { betweenStartsMs: 0, inFlight: 10 },
      },
    ],
    accounts: [{ id: 'nora', provider: 'web', name: 'nora', ...LOGIN, token: 'sim-token-1' }],
  })
  const first = await ask(portside, cell, 'req-first')
  expect([first.seen, first.text]).toEqual(['answered', text])
  const [account] = deepseek.state.accounts
  account?.tokens.clear()
  const views = await Promise.all(Array.from({ length: 10 }, (_, turn) => ask(portside, cell, `req-${turn}`)))
  for (const view of views)
    expect([view.seen, view.invalid, view.text]).toEqual(['answered', undefined, text])
  // One sign-in for all of them, and nobody is blamed for a session that ended.
  expect(deepseek.callsOf('/api/v0/users/login')).toHaveLength(1)
  expect(healthOf(portside)).toEqual(['ready'])
  expectQuiet(portside)
  return views[0] === undefined ? '' : sayView(views[0])
}

/** Credentials that change while they are in use. */
export const CREDENTIAL_ROWS: readonly ScenarioRow[] = [
  {
    number: 20,
    title: 'a session that must be refreshed',
    done: 'a web plan’s session ends, then ten requests come at once (REL-19)',
    play: playRefresh,
  },
  {
    number: 76,
    title: 'a credential that changes in flight',
    done: 'the account is replaced by one with another key while an answer is under way',
    async play(stage, cell) {
      const { upstream, first, second } = await playChange(stage, cell, async (portside) => {
        const { accounts } = portside.proxy.control
        for (const id of ['acc-0-0', 'acc-0-1']) await call(accounts.remove, { id })
        await call(accounts.add, { provider: 'sim-0', apiKey: NEW_KEY })
      })
      expect(upstream.requests[1]?.headers.authorization).toBe(`Bearer ${NEW_KEY}`)
      expect(second).toBe('answered')
      return `${first} on the old key, ${second} on the new one`
    },
  },
  {
    number: 76,
    title: 'an account that is removed in flight',
    done: 'the account is removed while an answer is under way',
    async play(stage, cell) {
      const { upstream, first, second } = await playChange(stage, cell, (portside) =>
        call(portside.proxy.control.accounts.remove, { id: 'acc-0-0' }),
      )
      expect(upstream.requests[1]?.headers.authorization).toBe('Bearer sk-account-0-1-0123456789')
      return `${first} on the removed one, ${second} on the other`
    },
  },
]
