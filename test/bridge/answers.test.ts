import { afterEach, describe, expect, it } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { textsOf } from '../simulators/text-only.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { type Bridged, startBridged } from './start-bridged.ts'

let on: Bridged

async function start(text: string, settings: SettingsInput = {}): Promise<void> {
  on = await startBridged((request, response) => sayAsOpenAiChat(request, response, { text }), settings, [
    'plain',
    'other-thinking',
  ])
}

afterEach(async () => {
  await on.stop()
})

const chat = (body: object) =>
  on.portside.post('/v1/chat/completions', {
    messages: [{ role: 'user', content: 'Ahoy' }],
    model: 'plain',
    ...body,
  })
const messages = (body: object) =>
  on.portside.post('/v1/messages', {
    max_tokens: 4096,
    messages: [{ role: 'user', content: 'Ahoy' }],
    model: 'plain',
    ...body,
  })
const lastPrompt = () => textsOf(on.upstream.requests.at(-1)?.json ?? {}).join('\n')
const THOUGHT = '<thinking>I weigh it.</thinking>\n\nSail.'
const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'save_note',
      parameters: { type: 'object', properties: { body: { type: 'string' } }, required: ['body'] },
    },
  },
]

describe('Thinking that is lent to a model', () => {
  it('has a name for each model in the list, unless the suffix is switched off', async () => {
    await start('')
    const names = async () => {
      const response = await fetch(`${on.portside.url}/v1/models`, {
        headers: { authorization: `Bearer ${TEST_KEY}` },
      })
      const { data } = (await response.json()) as { data: readonly { id: string }[] }
      return data.map(({ id }) => id).filter((id) => !id.startsWith('demo'))
    }
    expect(await names()).toEqual(['plain', 'other-thinking', 'plain-thinking', 'other-thinking-thinking'])
  })

  it('is asked for by that name, and shown only with bridge.exposeReasoning', async () => {
    await start(THOUGHT)
    const hidden = await (await chat({ model: 'plain-thinking' })).json()
    expect(hidden).toMatchObject({ model: 'plain-thinking', choices: [{ message: { content: 'Sail.' } }] })
    expect(JSON.stringify(hidden)).not.toMatch(/weigh|thinking>/)
    expect([on.upstream.requests[0]?.json.model, lastPrompt().includes('<thinking>')]).toEqual([
      'plain',
      true,
    ])
    await on.stop()
    await start(THOUGHT, { bridge: { exposeReasoning: true } })
    expect(await (await chat({ model: 'plain-thinking' })).json()).toMatchObject({
      choices: [{ message: { content: 'Sail.', reasoning_content: 'I weigh it.' } }],
    })
    expect(await (await chat({ model: 'plain-thinking', stream: true })).text()).toContain(
      '"reasoning_content":"weigh ',
    )
    expect(
      await (await messages({ thinking: { type: 'enabled', budget_tokens: 1024 } })).json(),
    ).toMatchObject({
      content: [
        { type: 'thinking', thinking: 'I weigh it.' },
        { type: 'text', text: 'Sail.' },
      ],
    })
  })

  it('is off where the request says so, whatever the name says', async () => {
    await start(THOUGHT, { bridge: { exposeReasoning: true } })
    expect(
      await (await messages({ model: 'plain-thinking', thinking: { type: 'disabled' } })).json(),
    ).toMatchObject({
      content: [{ type: 'text', text: 'Sail.' }],
    })
    expect(lastPrompt()).not.toContain('<thinking>')
  })

  it('leaves a model alone whose own name ends like that, follows aliases, and has the suffix of the settings', async () => {
    await start('ok', { models: { aliases: { best: 'plain' }, thinkingSuffix: '-deep' } })
    const asked = async (model: string) => {
      const { status } = await chat({ model })
      return status === 200
        ? [on.upstream.requests.at(-1)?.json.model, lastPrompt().includes('<thinking>')]
        : status
    }
    expect([
      await asked('other-thinking'),
      await asked('best-deep'),
      await asked('plain-deep'),
      await asked('plain-thinking'),
    ]).toEqual([['other-thinking', false], ['plain', true], ['plain', true], 404])
  })

  it('has no names where the suffix is empty', async () => {
    await start('ok', { models: { thinkingSuffix: '' } })
    expect([
      (await chat({ model: 'plain-thinking' })).status,
      (await chat({ model: 'plain' })).status,
    ]).toEqual([404, 200])
  })
})

describe('A broken call', () => {
  const BROKEN =
    'Saved.\n<tool_calls>\n<invoke name="save_note">\n<parameter name="boddy">secret markup</parameter>\n</invoke>\n</tool_calls>'

  it.each([false, true])('is not shown, not made, and told to the log (streamed: %s)', async (stream) => {
    await start(BROKEN)
    const text = await (await chat({ stream, tools: TOOLS })).text()
    expect(text).not.toMatch(/secret|invoke|boddy/)
    expect(text).toMatch(/"finish_reason":"stop"/)
    const [row] = await on.portside.proxy.log.list({ limit: 1 })
    expect(row?.attempts.map(({ note }) => note)).toEqual([
      'Left out of the answer: a call of "save_note": body is missing',
    ])
  })
})

describe('A bridged upstream of the client’s own protocol', () => {
  it('gets no bytes of the client’s request passed through', async () => {
    await start('ok')
    await chat({ tools: TOOLS })
    const [row] = await on.portside.proxy.log.list({ limit: 1 })
    expect([row?.passThrough, 'tools' in (on.upstream.requests[0]?.json ?? {})]).toEqual([false, false])
  })

  it('is refused where tool_choice names what is not declared', async () => {
    await start('ok')
    const response = await chat({
      tools: TOOLS,
      tool_choice: { type: 'function', function: { name: 'sink_ship' } },
    })
    expect([response.status, await response.json(), on.upstream.requests.length]).toEqual([
      400,
      { error: expect.objectContaining({ code: 'unknown_tool_choice_function', param: 'tool_choice' }) },
      0,
    ])
  })

  it.each([
    ['nested', { type: 'function', function: { name: 'save_note' } }],
    ['flat', { type: 'function', name: 'save_note' }],
  ])('T-141: takes a tool without parameters, written %s', async (_how, tool) => {
    await start('ok')
    expect((await chat({ tools: [tool] })).status).toBe(200)
    expect(lastPrompt()).toContain(
      '## Tool: save_note\nParameters (JSON schema): {"type":"object","properties":{}}',
    )
  })

  it('T-141: takes a schema under any of its names', async () => {
    await start('ok')
    for (const field of ['parameters', 'input_schema', 'inputSchema']) {
      const schema = { type: 'object', properties: { [field]: { type: 'string' } } }
      expect(
        (await chat({ tools: [{ type: 'function', function: { name: 'n', [field]: schema } }] })).status,
      ).toBe(200)
      expect(lastPrompt()).toContain(JSON.stringify(schema))
    }
  })
})
