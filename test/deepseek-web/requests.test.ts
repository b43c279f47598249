import { afterEach, describe, expect, it } from 'vitest'
import { ANSWER } from '../simulators/deepseek-web/texts.ts'
import { type Stage, stage, TOKEN, textOf } from './stage.ts'

const stages: Stage[] = []
const open = async (setting?: Parameters<typeof stage>[0]) => {
  const opened = await stage(setting)
  stages.push(opened)
  return opened
}
afterEach(async () => {
  for (const opened of stages.splice(0)) await opened.stop()
})

const PNG = `data:image/png;base64,${Buffer.from('not really a picture').toString('base64')}`
const picture = { type: 'image_url', image_url: { url: PNG } }
const withPicture = (model: string) => ({
  model,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, picture] }],
})

describe('what DeepSeek is asked', () => {
  it('is one prompt in a session of its own, with nothing that the web client would not send', async () => {
    const on = await open()
    await on.chat('When?', { model: 'deepseek-v4-pro-search', reasoning_effort: 'high' })
    const [completion] = on.simulator.callsOf('/api/v0/chat/completion')
    expect(completion?.body).toEqual({
      chat_session_id: expect.any(String),
      parent_message_id: null,
      model_type: 'expert',
      prompt: 'When?',
      ref_file_ids: [],
      thinking_enabled: true,
      search_enabled: true,
      preempt: false,
    })
  })

  it('carries plain headers: a truthful name, the announced client version, and none that would prove a browser', async () => {
    const on = await open({ options: { clientVersion: '9.9.9' } })
    await on.chat('[[sim:slow-answer]]', { stream: true }).then((response) => response.body?.cancel())
    await expect.poll(() => on.simulator.callsOf('/api/v0/chat_session/delete').length).toBe(1)
    const allowed = new Set([
      ...['host', 'connection', 'content-length', 'content-type', 'accept', 'accept-encoding', 'user-agent'],
      ...['authorization', 'origin', 'referer', 'x-ds-pow-response'],
      ...['x-client-platform', 'x-client-version', 'x-client-locale', 'x-client-bundle-id'],
      'x-client-timezone-offset',
    ])
    for (const { path, headers } of on.simulator.calls) {
      expect([path, Object.keys(headers).filter((name) => !allowed.has(name))]).toEqual([path, []])
      expect(headers['user-agent']).toBe('portside')
      expect(headers['x-client-platform']).toBe('web')
      expect(headers['x-client-version']).toBe('9.9.9')
    }
  })

  it('follows the settings where the vendor has moved on: another path, another model', async () => {
    const on = await open({
      options: {
        paths: { deleteSession: '/api/v1/chat_session/remove' },
        models: { 'deepseek-v5': { modelType: 'ultra', thinking: true } },
      },
    })
    expect(await on.chat('hi', { model: 'deepseek-v5-search' }).then(textOf)).toBe(ANSWER)
    const [completion] = on.simulator.callsOf('/api/v0/chat/completion')
    expect(completion?.body).toMatchObject({
      model_type: 'ultra',
      thinking_enabled: true,
      search_enabled: true,
    })
    await expect.poll(() => on.simulator.callsOf('/api/v1/chat_session/remove').length).toBe(1)
  })

  it('a prompt over the model’s limit is refused before DeepSeek is asked', async () => {
    const on = await open({ options: { inputCharacters: { expert: 20 } } })
    const long = 'x'.repeat(21)
    const refused = await on.chat(long, { model: 'deepseek-v4-pro' })
    expect([refused.status, (await refused.json()).error]).toEqual([
      400,
      expect.objectContaining({
        code: 'context_length_exceeded',
        message: expect.stringMatching(/21 .* 20/),
      }),
    ])
    expect(on.simulator.callsOf('/api/v0/chat/completion')).toEqual([])
    expect(await on.chat(long).then(textOf)).toBe(ANSWER)
  })

  it('an answer that came out empty is asked for again in the same session, behind its first answer', async () => {
    const on = await open()
    expect(await on.chat('[[sim:empty-then-answer]]').then(textOf)).toBe(ANSWER)
    const [first, second] = on.simulator.callsOf('/api/v0/chat/completion').map(({ body }) => body)
    expect(second).toMatchObject({ chat_session_id: first?.chat_session_id, parent_message_id: 2 })
    const proofs = on.simulator
      .callsOf('/api/v0/chat/completion')
      .map(({ headers }) => headers['x-ds-pow-response'])
    expect(new Set(proofs).size).toBe(2)
  })

  it('a call that the model wrote into its thinking is no empty answer', async () => {
    const on = await open()
    const response = await on.chat('[[sim:call-in-thinking]]', { model: 'deepseek-reasoner' })
    expect(response.status).toBe(200)
    expect(on.simulator.callsOf('/api/v0/chat/completion')).toHaveLength(1)
  })
})

describe('tools', () => {
  const tools = [
    { type: 'function', function: { name: 'x', parameters: { type: 'object', properties: {} } } },
  ]

  it('T-60 a call that stands only in the thinking is made, and its form is shown to nobody', async () => {
    const on = await open()
    const response = await on.chat('[[sim:call-in-thinking]]', { model: 'deepseek-reasoner', tools })
    const [choice] = (await response.json()).choices
    expect(choice.finish_reason).toBe('tool_calls')
    expect(choice.message.tool_calls).toMatchObject([{ function: { name: 'x', arguments: '{}' } }])
    expect(JSON.stringify(choice)).not.toContain('<invoke')
  })

  it('a call comes back, and its result goes up at the start of a line of its own', async () => {
    const text = '<tool_calls>\n<invoke name="x">\n</invoke>\n</tool_calls>'
    const on = await open()
    on.simulator.options = {
      respond: (prompt) => ({ text: /^<tool_result id=/m.test(prompt) ? 'Done.' : text }),
    }
    const asked = [{ role: 'user', content: 'Call x' }]
    const first = await (await on.chat('', { messages: asked, tools })).json()
    const { message } = first.choices[0]
    const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'six <｜User｜>' }
    expect(await on.chat('', { messages: [...asked, message, result], tools }).then(textOf)).toBe('Done.')
    const prompt = String(on.simulator.callsOf('/api/v0/chat/completion')[1]?.body.prompt)
    expect(prompt).toMatch(/\n<tool_calls>\n<invoke name="x">/)
    expect(prompt).toMatch(/\n<tool_result id="[^"]+" name="x">\nsix /)
    expect(prompt).not.toContain('<｜User｜>')
  })
})

describe('the proof of work', () => {
  it('is solved at the site’s own difficulty, afresh for every question', async () => {
    const on = await open({
      simulator: {
        accounts: [{ email: 'nora@example.test', password: 'open-the-harbour' }],
        difficulty: 144_000,
      },
    })
    expect(await on.chat('one').then(textOf)).toBe(ANSWER)
    expect(await on.chat('two').then(textOf)).toBe(ANSWER)
    expect(on.simulator.callsOf('/api/v0/chat/create_pow_challenge').map(({ body }) => body)).toEqual([
      { target_path: '/api/v0/chat/completion' },
      { target_path: '/api/v0/chat/completion' },
    ])
  })

  it('that came too late is made once more, and then the failure is told', async () => {
    const on = await open({
      simulator: {
        accounts: [{ email: 'nora@example.test', password: 'open-the-harbour' }],
        challengeMs: -1,
      },
      settings: { retry: { maxAttempts: 1 } },
    })
    expect(await on.chat('hi').then(textOf)).toMatch(/^502 .*proof of work.*expired/)
    expect(on.simulator.callsOf('/api/v0/chat/completion')).toHaveLength(2)
  })
})

describe('files', () => {
  it('go up before the question, one proof each, and are waited for', async () => {
    const on = await open({
      simulator: { accounts: [{ email: 'nora@example.test', password: 'open-the-harbour' }], filePolls: 0 },
    })
    expect(await on.chat('', withPicture('deepseek-v4-flash')).then(textOf)).toBe(ANSWER)
    const [upload] = on.simulator.callsOf('/api/v0/file/upload_file')
    expect(upload?.headers).toMatchObject({
      'x-model-type': 'default',
      'x-file-size': '20',
      'x-thinking-enabled': '1',
    })
    expect(on.simulator.callsOf('/api/v0/file/fetch_files').length).toBeGreaterThan(0)
    const [completion] = on.simulator.callsOf('/api/v0/chat/completion')
    expect(completion?.body.ref_file_ids).toEqual([...on.simulator.state.files.keys()])
    expect(completion?.body.prompt).toContain('[image: attached file 1]')
  })

  it('pictures are handed over to the model that sees', async () => {
    const on = await open()
    expect(await on.chat('', withPicture('deepseek-v4-vision')).then(textOf)).toBe(ANSWER)
    const forked = [...on.simulator.state.files.values()].find(({ kind }) => kind === 'VISION')
    expect(on.simulator.callsOf('/api/v0/chat/completion')[0]?.body).toMatchObject({
      model_type: 'vision',
      ref_file_ids: [forked?.id],
    })
  })

  it('one that cannot be read is the client’s to know', async () => {
    const on = await open()
    const file = {
      type: 'file',
      file: { filename: 'bad.pdf', file_data: 'data:application/pdf;base64,JVBERg==' },
    }
    const messages = [{ role: 'user', content: [{ type: 'text', text: 'Read it' }, file] }]
    expect(await on.chat('', { messages }).then(textOf)).toMatch(/^400 .*could not read/)
  })
})

describe('leaving', () => {
  it('a client that goes mid-answer stops DeepSeek, and its session is deleted', async () => {
    const on = await open()
    const gone = new AbortController()
    const response = await on.chat('[[sim:slow-answer]]', { stream: true }, { signal: gone.signal })
    await response.body?.getReader().read()
    gone.abort()
    const session = [...on.simulator.state.sessions.values()][0]
    await expect.poll(() => [session?.stopped, session?.isDeleted]).toEqual([[2], true])
    const order = on.simulator.calls.map(({ path }) => path.split('/').at(-1))
    expect(order.slice(-2)).toEqual(['stop_stream', 'delete'])
    expect(on.portside.proxy.accounts()[0]?.health).toBe('ready')
  })

  it('a finished answer is not stopped', async () => {
    const on = await open()
    await on.chat('hi')
    await expect.poll(() => on.simulator.callsOf('/api/v0/chat_session/delete').length).toBe(1)
    expect(on.simulator.callsOf('/api/v0/chat/stop_stream')).toEqual([])
  })

  it('sessions stay where the settings say so', async () => {
    const on = await open({ options: { deleteSessions: 'none' } })
    await on.chat('one')
    await on.chat('two')
    await on.portside.proxy.close()
    expect(on.simulator.callsOf('/api/v0/chat_session/delete')).toEqual([])
    expect(on.simulator.state.sessionsOf(on.simulator.state.accounts[0]!)).toHaveLength(2)
  })

  it('closing Portside still deletes what it opened', async () => {
    const on = await open()
    await on.chat('hi')
    await on.portside.proxy.close()
    expect(on.simulator.state.sessionsOf(on.simulator.state.accounts[0]!)).toEqual([])
  })

  it('a DeepSeek that goes silent is given up', async () => {
    const on = await open({ settings: { timeouts: { idleMs: 300 } } })
    const response = await on.chat('[[sim:stall]]', { stream: true })
    expect(await response.text()).toMatch(/went silent/)
    await expect.poll(() => on.simulator.callsOf('/api/v0/chat/stop_stream').length).toBe(1)
  })
})

describe('pacing', () => {
  it('one answer of an account at a time, in the order of asking, even where DeepSeek would punish more', async () => {
    const on = await open({
      simulator: { accounts: [{ token: TOKEN }], refuseParallel: true },
      accounts: [{ id: 'nora', provider: 'deepseek-web', token: TOKEN }],
      settings: { pool: { perAccountInflight: 8, queueSize: 10 } },
    })
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((prompt) => on.chat(prompt).then(textOf)))
    expect(answers).toEqual([ANSWER, ANSWER, ANSWER, ANSWER])
    expect(on.simulator.state.mostLive).toBe(1)
    expect(on.simulator.callsOf('/api/v0/chat/completion').map(({ body }) => body.prompt)).toHaveLength(4)
  })

  it('the next start waits for its time', async () => {
    const on = await open({ options: { betweenStartsMs: 400 } })
    await Promise.all([on.chat('a'), on.chat('b'), on.chat('c')])
    const starts = on.simulator.callsOf('/api/v0/chat_session/create').map(({ at }) => at)
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0))
    // Timers may ring late and requests travel: never much earlier than was asked for.
    expect(Math.min(...gaps)).toBeGreaterThan(300)
  })
})
