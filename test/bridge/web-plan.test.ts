import { afterEach, describe, expect, it } from 'vitest'
import { LOGIN, type Stage, stage, TOKEN } from '../deepseek-web/stage.ts'

let staged: Stage | undefined

afterEach(() => staged?.stop())

const CALL = '<｜DSML｜tool_calls><｜DSML｜invoke name="ping"></｜DSML｜invoke></｜DSML｜tool_calls>'
const tools = [{ type: 'function', function: { name: 'ping' } }]

async function start(respond: () => { thinking?: string; text: string }): Promise<Stage> {
  staged = await stage({ simulator: { accounts: [{ ...LOGIN, token: TOKEN }], respond } })
  return staged
}

describe('A web plan', () => {
  it('thinks by its own switch under the name with the suffix, and is not asked to in words', async () => {
    const { chat, simulator } = await start(() => ({ thinking: 'Hm.', text: 'Sail.' }))
    const answer = await (await chat('Ahoy', { model: 'deepseek-chat-thinking' })).json()
    expect(answer).toMatchObject({
      model: 'deepseek-chat-thinking',
      choices: [{ message: { content: 'Sail.', reasoning_content: 'Hm.' } }],
    })
    const body = simulator.callsOf('/api/v0/chat/completion')[0]?.body
    expect([body?.thinking_enabled, String(body?.prompt).includes('<thinking>')]).toEqual([true, false])
  })

  it('T-20, T-60: calls tools in its own dialect, in its thoughts too where it says nothing else', async () => {
    const { chat } = await start(() => ({ text: CALL }))
    const made = {
      choices: [
        {
          finish_reason: 'tool_calls',
          message: { content: null, tool_calls: [{ function: { name: 'ping' } }] },
        },
      ],
    }
    expect(await (await chat('Ahoy', { model: 'deepseek-chat', tools })).json()).toMatchObject(made)
    await staged?.stop()
    const thoughtful = await start(() => ({ thinking: `Hm.\n${CALL}`, text: '' }))
    expect(await (await thoughtful.chat('Ahoy', { model: 'deepseek-reasoner', tools })).json()).toMatchObject(
      made,
    )
  })
})
