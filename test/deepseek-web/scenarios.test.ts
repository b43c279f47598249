import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCENARIOS } from '../simulators/deepseek-web/scenarios.ts'
import { type DeepseekSimulator, startDeepseek } from '../simulators/deepseek-web/start-deepseek.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'
import { ask, INBOUND, type Inbound, MODES, type Mode } from './ask.ts'
import { ELSEWHERE, OUTCOMES, type Outcome } from './outcomes.ts'

type Case = { readonly name: string; readonly inbound: Inbound; readonly mode: Mode }

const CASES: readonly Case[] = Object.keys(OUTCOMES).flatMap((name) =>
  INBOUND.flatMap((inbound) => MODES.map((mode) => ({ name, inbound, mode }))),
)
/** Every case has an account of its own, so that a mute or a cooldown says which case it came from. */
const accountOf = ({ name, inbound, mode }: Case) => `${name}.${inbound}.${mode}`
const emailOf = (one: Case) => `${accountOf(one)}@example.test`
const PASSWORD = 'open-the-harbour'

let simulator: DeepseekSimulator
let portside: RunningPortside

beforeAll(async () => {
  const accounts = CASES.map((one) => ({ email: emailOf(one), password: PASSWORD }))
  simulator = await startDeepseek({ accounts })
  portside = await startPortside({
    providers: [
      {
        id: 'deepseek-web',
        type: 'deepseek-web',
        baseUrl: simulator.url,
        privateNetwork: true,
        options: { betweenStartsMs: 0 },
      },
    ],
    accounts: CASES.map((one) => ({
      provider: 'deepseek-web',
      name: accountOf(one),
      email: emailOf(one),
      password: PASSWORD,
    })),
    retry: { backoffBaseMs: 1 },
    bridge: { exposeReasoning: true },
  })
})
afterAll(async () => {
  await portside.stop()
  await simulator.close()
})

describe('what a client gets of every way in which DeepSeek answers', () => {
  it('every scenario of the simulator has a row', () => {
    expect(
      Object.keys(SCENARIOS)
        .filter((name) => !ELSEWHERE.has(name))
        .sort(),
    ).toEqual(Object.keys(OUTCOMES).sort())
  })

  it.each(CASES)('$name: $inbound, $mode', async (one) => {
    const outcome = OUTCOMES[one.name]!
    const view = await ask(portside, {
      ...one,
      model: outcome.model ?? 'deepseek-chat',
      prompt: `[[sim:${one.name}]] When does the harbour open?`,
      account: accountOf(one),
    })
    expect(view).toEqual(expectedView(outcome, one))
    const account = simulator.state.accounts.find(({ email }) => email === emailOf(one))!
    const sessions = [...simulator.state.sessions.values()].filter(({ owner }) => owner === account.id)
    await expect.poll(() => sessions.filter(({ isDeleted }) => !isDeleted), { interval: 5 }).toEqual([])
    if (outcome.rounds !== undefined) expect(roundsOf(sessions.map(({ id }) => id))).toBe(outcome.rounds)
    const health = portside.proxy.accounts().find(({ name }) => name === accountOf(one))?.health
    expect(health).toBe(outcome.health ?? 'ready')
  })

  it('and never was a whole history deleted, or the telemetry address called', () => {
    expect(simulator.callsOf('/api/v0/chat_session/delete_all')).toEqual([])
    expect(simulator.calls.filter(({ path }) => path.includes('events'))).toEqual([])
  })
})

function expectedView(outcome: Outcome, { inbound, mode }: Case): object {
  const { text = '', thinking = '', finish, error, brokenAfter } = outcome
  if (error !== undefined) {
    const status = inbound === 'anthropic' && error.isOverload ? 529 : error.status
    return { status, text: '', thinking: '', finish: undefined, error: expect.stringMatching(error.says) }
  }
  if (brokenAfter === undefined) return { status: 200, text, thinking, finish, error: undefined }
  const said = expect.stringMatching(/DeepSeek|upstream/)
  if (mode === 'whole') return { status: 502, text: '', thinking: '', finish: undefined, error: said }
  return { status: 200, text: brokenAfter, thinking: '', finish: undefined, error: said }
}

function roundsOf(sessions: readonly string[]): number {
  return simulator.calls.filter(
    ({ path, body }) => /completion|continue/.test(path) && sessions.includes(String(body.chat_session_id)),
  ).length
}
