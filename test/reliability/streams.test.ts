import { setTimeout as pass } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { AcceptedRequest } from '../../proxy/http/accepted-request.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { startPortside } from '../support/start-portside.ts'

const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const delta = (content: object) => frame({ id: '1', choices: [{ index: 0, delta: content }] })
const ROLE = delta({ role: 'assistant', content: '' })
const WORD = delta({ content: 'word ' })
const END = `${frame({ id: '1', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`
const OVERLOADED = frame({ error: { message: 'Overloaded', type: 'server_error', code: 'overloaded' } })
const PATHS = ['/v1/chat/completions', '/v1/messages'] as const

const running: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(answer: Upstream['answer'], settings: SettingsInput = {}) {
  const upstream = await startUpstream(answer)
  running.push(upstream)
  const portside = await startPortside({
    providers: [
      { id: 'sim', type: 'openai-chat', baseUrl: `${upstream.url}/v1`, models: ['m'], privateNetwork: true },
    ],
    accounts: [0, 1].map((index) => ({ provider: 'sim', apiKey: `sk-account-${index}-0123456789` })),
    retry: { backoffBaseMs: 1, backoffMaxMs: 2 },
    ...settings,
  })
  running.push({ close: () => portside.stop() })
  return { upstream, portside }
}

const ask = (stream = true) => ({
  model: 'm',
  stream,
  max_tokens: 50,
  messages: [{ role: 'user', content: 'x' }],
})

const streamOf =
  (...texts: string[]): Upstream['answer'] =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const text of texts) response.write(text)
    response.end()
  }

describe.each(PATHS)('REL-10: what comes before the first output, on %s', (path) => {
  /** The first answer begins with `before` and then fails; the second is good. */
  const failsAfter =
    (before: string): Upstream['answer'] =>
    (request, response, index) =>
      streamOf(...(index === 0 ? [before, OVERLOADED] : [ROLE, WORD, END]))(request, response, index)

  it('is held back: a failure among it is no failure for the client', async () => {
    const { upstream, portside } = await start(failsAfter(ROLE.repeat(20)))
    const text = await (await portside.post(path, ask())).text()
    expect([upstream.requests.length, text.includes('error'), text.includes('word ')]).toEqual([
      2,
      false,
      true,
    ])
    expect(text.match(/message_start"|"role":"assistant"/g)?.length).toBeLessThanOrEqual(2)
  })

  it('is let go when it grows large: from then on nothing is repeated', async () => {
    const padding = `: ${'x'.repeat(1000)}\n\n`
    const { upstream, portside } = await start(failsAfter((ROLE + padding).repeat(300)))
    const text = await (await portside.post('/v1/chat/completions', ask())).text()
    expect([upstream.requests.length, text.includes('"error"')]).toEqual([1, true])
  })
})

describe('REL-30: heartbeats', () => {
  const BEATS = {
    '/v1/chat/completions': /: keep-alive\n\n/g,
    '/v1/messages': /event: ping\ndata: [^\n]*\n\n/g,
  }

  it.each(PATHS)('on %s come after the first byte only, between whole frames', async (path) => {
    let go = () => undefined as unknown
    const { portside } = await start(
      (_request, response) => {
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(ROLE + WORD + WORD.slice(0, 20))
        go = () => response.end(WORD.slice(20) + END)
      },
      { heartbeat: { intervalMs: 20 } },
    )
    const answer = await portside.post(path, ask())
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      if ((text.match(BEATS[path])?.length ?? 0) >= 3) go()
    }
    expect(BEATS[path].test(text.split('\n\n')[0] ?? '')).toBe(false)
    const frames = text.replace(BEATS[path], '').split('\n\n').filter(Boolean)
    expect(frames.every((one) => /^(event: [a-z_]+\n)?data: (\{.*\}|\[DONE\])$/.test(one))).toBe(true)
    expect(text.match(/word /g)).toHaveLength(2)
  })

  it.each(PATHS)('on %s none comes before the answer has begun', async (path) => {
    let go = () => undefined as unknown
    const { upstream, portside } = await start(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(ROLE)
        go = () => response.end(WORD + END)
      },
      { heartbeat: { intervalMs: 1 } },
    )
    const asked = portside.post(path, ask())
    await vi.waitFor(() => expect(upstream.requests).toHaveLength(1))
    const first = await Promise.race([
      asked.then(() => 'answered'),
      new Promise((resolve) => setTimeout(resolve, 50)),
    ])
    expect(first).toBeUndefined()
    go()
    expect(await (await asked).text()).toContain('word ')
  })
})

describe('REL-34: an answer of the wrong shape', () => {
  const SHAPES: readonly (readonly [title: string, body: string, type: string])[] = [
    ['no choices', '{"id":"x"}', 'application/json'],
    ['choices of the wrong type', '{"choices":7}', 'application/json'],
    ['null', 'null', 'application/json'],
    ['a string', '"hello"', 'application/json'],
    ['plain text', 'hello', 'text/plain'],
    ['XML', '<?xml version="1.0"?><a/>', 'application/xml'],
  ]
  it.each(SHAPES)('%s: 502 in the client’s protocol, streamed or not', async (_title, body, type) => {
    const { portside } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(body)
    })
    for (const path of PATHS)
      for (const stream of [true, false]) {
        const answer = await portside.post(path, ask(stream))
        expect([answer.status, typeof (await answer.json()).error.message]).toEqual([502, 'string'])
      }
    const [row] = await portside.proxy.log.list({ limit: 1 })
    expect(row?.errorKind).toBe('upstream-changed')
  })

  it('duplicate keys: the later one counts, as JSON says', async () => {
    const { portside } = await start((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          '{"choices":[],"choices":[{"index":0,"message":{"role":"assistant","content":"two"},"finish_reason":"stop"}]}',
        )
    })
    const answer = await portside.post('/v1/messages', ask(false))
    expect((await answer.json()).content[0].text).toBe('two')
  })
})

describe('REL-35: numbers and odd characters', () => {
  it.each(PATHS)(
    'on %s an id of 19 digits and half a surrogate pair arrive as they were sent',
    async (path) => {
      const { portside } = await start(
        streamOf(
          ROLE,
          'data: {"id":"9007199254740993","choices":[{"index":0,"delta":{"content":"9007199254740993 \\ud83d."}}]}\n\n',
          END,
        ),
      )
      const text = await (await portside.post(path, ask())).text()
      expect(text).toContain('9007199254740993 ')
      expect(text).toMatch(/\\ud83d\.|�\./)
    },
  )
})

describe('The connection of a stream', () => {
  const ends = (gapMs: number): Upstream['answer'] =>
    async function answerThenEnd(_request, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(ROLE + WORD + END)
      await new Promise((resolve) => setTimeout(resolve, gapMs))
      response.end()
    }

  it('is used again, also where the upstream ends the answer a moment behind its last event', async () => {
    const { upstream, portside } = await start(ends(30))
    for (let count = 0; count < 4; count++) {
      expect(await (await portside.post('/v1/chat/completions', ask())).text()).toContain('[DONE]')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect([upstream.requests.length, upstream.connections]).toEqual([4, 1])
  })

  it('is closed where the upstream does not end the answer within a second', async () => {
    const { upstream, portside } = await start(ends(5000))
    const startedAt = performance.now()
    expect(await (await portside.post('/v1/chat/completions', ask())).text()).toContain('[DONE]')
    await vi.waitFor(() => expect(upstream.requests[0]?.closedAt).toBeDefined(), { timeout: 3000 })
    expect(performance.now() - startedAt).toBeGreaterThan(900)
  })
})

describe('What a stream was asked for', () => {
  /** Runs a stream, and says for each time that it let go of what was asked whether the client had its end already. */
  async function watchLettingGo(path: string, body: object) {
    let go = () => undefined as unknown
    const { portside } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(ROLE + WORD)
      go = () => response.end(WORD + END)
    })
    const letGo = vi.spyOn(AcceptedRequest.prototype, 'letGo')
    running.push({ close: async () => letGo.mockRestore() })
    const asked = portside.post(path, body)
    await vi.waitFor(() => expect(portside.proxy.log.stats().open).toBe(1))
    await pass(100)
    const times = letGo.mock.calls.length
    go()
    const text = await (await asked).text()
    const accepted = letGo.mock.contexts[0] as AcceptedRequest | undefined
    return { times: [times, letGo.mock.calls.length], text, accepted }
  }

  it('is let go once the answer goes on as it comes', async () => {
    const { times, text, accepted } = await watchLettingGo('/v1/chat/completions', ask())
    expect(times).toEqual([1, 1])
    expect(text.match(/word /g)).toHaveLength(2)
    expect(text).toContain('[DONE]')
    for (const field of ['body', 'head', 'chat'] as const) expect(() => accepted?.[field]).toThrow('let go')
  })

  it.each([
    ['is translated', '/v1/messages', ask()],
    ['is put together into one', '/v1/chat/completions', ask(false)],
  ])('stays while the answer %s', async (_title, path, body) => {
    const { times, text } = await watchLettingGo(path, body)
    expect(times).toEqual([0, 0])
    expect(text.match(/word /g)).toHaveLength(2)
  })
})
