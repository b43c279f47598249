import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, INBOUND, type Inbound, MODES, type Mode } from '../deepseek-web/ask.ts'
import { SCENARIOS } from '../simulators/cursor/scenarios.ts'
import { ELSEWHERE, OUTCOMES, type Outcome } from './outcomes.ts'
import { type Stage, stage, untilListed } from './stage.ts'

const RUNNERS = ['cli', 'sdk'] as const
type Case = { readonly name: string; readonly inbound: Inbound; readonly mode: Mode }

const CASES: readonly Case[] = Object.keys(OUTCOMES).flatMap((name) =>
  INBOUND.flatMap((inbound) => MODES.map((mode) => ({ name, inbound, mode }))),
)
/** Every case has an account of its own, so that a cooldown says which case it came from. */
const accountOf = ({ name, inbound, mode }: Case) => `${name}.${inbound}.${mode}`
const keyOf = (one: Case) => `crsr_${accountOf(one).replaceAll('.', '_')}_0123456789`

describe('what a client gets of every way in which Cursor answers', () => {
  it('every scenario of the simulator has a row', () => {
    const names = Object.keys(SCENARIOS).filter((name) => !ELSEWHERE.has(name))
    expect(names.sort()).toEqual(Object.keys(OUTCOMES).sort())
  })

  describe.each(RUNNERS)('by the %s', (runner) => {
    let on: Stage
    beforeAll(async () => {
      on = await stage({
        runner,
        accounts: CASES.map((one) => ({ provider: 'cursor', name: accountOf(one), apiKey: keyOf(one) })),
        settings: { bridge: { exposeReasoning: true }, retry: { maxAttempts: 1 } },
      })
      await untilListed(on)
    })
    afterAll(() => on.stop())

    it.each(CASES.filter(({ name }) => runner === 'cli' || OUTCOMES[name]?.isCliOnly !== true))(
      '$name: $inbound, $mode',
      async (one) => {
        const outcome = OUTCOMES[one.name] as Outcome
        const view = await ask(on.portside, {
          ...one,
          model: 'auto',
          prompt: `[[sim:${one.name}]] When does the harbour open?`,
          account: accountOf(one),
        })
        expect(view).toEqual(expectedView(outcome, one))
        const health = on.portside.proxy.accounts().find(({ name }) => name === accountOf(one))?.health
        expect(health).toBe(outcome.health ?? 'ready')
      },
    )
  })
})

function expectedView(outcome: Outcome, { inbound, mode }: Case): object {
  const { text = '', thinking = '', finish, error, brokenAfter } = outcome
  if (error !== undefined) {
    const status = inbound === 'anthropic' && error.isOverload ? 529 : error.status
    return { status, text: '', thinking: '', finish: undefined, error: expect.stringMatching(error.says) }
  }
  // Gemini's clients see thoughts only where they ask for them.
  const shown = inbound === 'gemini' ? '' : thinking
  if (brokenAfter === undefined) return { status: 200, text, thinking: shown, finish, error: undefined }
  const said = expect.stringMatching(brokenAfter.says)
  const nothing = { thinking: '', finish: undefined, error: said }
  if (mode === 'whole') return { status: brokenAfter.status, text: '', ...nothing }
  return { status: 200, text: brokenAfter.text, ...nothing }
}
