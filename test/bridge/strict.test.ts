import { afterEach, describe, expect, it } from 'vitest'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { textsOf } from '../simulators/text-only.ts'
import { type Answerer, sendJson } from '../simulators/upstream.ts'
import { type Bridged, startBridged } from './start-bridged.ts'

const CALL = '<tool_calls>\n<invoke name="ping">\n</invoke>\n</tool_calls>'
const say =
  (text: string): Answerer =>
  (request, response) =>
    sayAsOpenAiChat(request, response, { text })

let on: Bridged

async function start(answers: readonly Answerer[], strict = true): Promise<void> {
  on = await startBridged((request, response, index) => answers[index]?.(request, response, index), {
    bridge: { strict },
  })
}

afterEach(async () => {
  await on.stop()
})

const ask = (stream: boolean, wish: object = {}) =>
  on.portside.post('/v1/chat/completions', {
    model: 'plain',
    stream,
    messages: [{ role: 'user', content: 'Ping.' }],
    tools: [{ type: 'function', function: { name: 'ping' } }],
    ...wish,
  })

type Completion = {
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly tool_calls?: readonly object[] }
  }[]
}
const read = async (response: Response) => ((await response.json()) as Completion).choices[0]?.message
const promptOf = (index: number) => textsOf(on.upstream.requests[index]?.json ?? {}).join('\n')

describe('bridge.strict, with a whole answer', () => {
  it('T-133: asks once more where the answer holds no call, and says so to the model', async () => {
    await start([say('I would rather not.'), say(CALL)])
    const response = await ask(false)
    const message = await read(response)
    expect([
      message?.content,
      message?.tool_calls?.length,
      response.headers.get('x-portside-attempts'),
    ]).toEqual([null, 1, '2'])
    expect([promptOf(0), promptOf(1)].map((prompt) => prompt.includes('held no tool call'))).toEqual([
      false,
      true,
    ])
    expect(promptOf(0)).toContain('You must call at least one of these tools')
  })

  it('T-133: takes the second answer as it is, call or no call, and asks no third time', async () => {
    await start([say('No.'), say('No, really.'), say(CALL)])
    expect((await read(await ask(false)))?.content).toBe('No, really.')
    expect(on.upstream.requests).toHaveLength(2)
  })

  it.each([500, 400, 401, 429])(
    'T-133: gives the first answer where the second request fails with %s',
    async (status) => {
      await start([
        say('No.'),
        (_request, response) => sendJson(response, status, { error: { message: 'broken' } }),
        say('Third'),
      ])
      const response = await ask(false)
      const length = Number(response.headers.get('content-length'))
      expect([response.status, (await read(response))?.content, on.upstream.requests.length]).toEqual([
        200,
        'No.',
        2,
      ])
      const [row] = await on.portside.proxy.log.list({ limit: 1 })
      expect([row?.state, row?.attempts.map(({ errorKind }) => errorKind === null)]).toEqual([
        'done',
        [true, false],
      ])
      expect(length).toBeGreaterThan(0)
      expect(row?.responseBytes).toBe(length)
    },
  )

  it('asks once where a call was made, where no tools are declared, and where the switch is off', async () => {
    await start([say(CALL), say('No tools.')])
    expect((await read(await ask(false)))?.tool_calls).toHaveLength(1)
    expect((await read(await ask(false, { tools: undefined })))?.content).toBe('No tools.')
    expect(on.upstream.requests).toHaveLength(2)
    await on.stop()
    await start([say('No.')], false)
    expect((await read(await ask(false, { tool_choice: 'required' })))?.content).toBe('No.')
  })
})

describe('bridge.strict, with a stream', () => {
  it('T-134: never asks again', async () => {
    await start([say('No.'), say(CALL)])
    const text = await (await ask(true)).text()
    expect(text).toContain('"finish_reason":"stop"')
    expect([on.upstream.requests.length, promptOf(0).includes('You must call')]).toEqual([1, true])
  })
})
