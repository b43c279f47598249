import { afterEach, describe, expect, it } from 'vitest'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close()
})

async function start(
  type: 'openai-chat' | 'anthropic',
  answer: Upstream['answer'],
  aliases: Record<string, string> = {},
): Promise<{ upstream: Upstream; portside: RunningPortside }> {
  const upstream = await startUpstream(answer)
  running.push(upstream)
  const portside = await startPortside({
    providers: [
      {
        id: 'sim',
        type,
        baseUrl: type === 'anthropic' ? upstream.url : `${upstream.url}/v1`,
        models: ['gpt-x', { id: 'short', upstream: 'a-much-longer-name-é' }],
        privateNetwork: true,
      },
    ],
    accounts: [{ provider: 'sim', apiKey: 'sk-upstream-0123456789' }],
    models: { aliases },
  })
  running.push({ close: () => portside.stop() })
  return { upstream, portside }
}

/** Odd on purpose: spaces, big integers, unknown fields, escapes, duplicate keys, a nested "model". */
const oddBody = (model: string) =>
  `{ "messages" : [ {"role":"user","content":"a \\u00e9 \\ud83d\\ude00 \\"model\\":\\"no\\"","x":9007199254740993} ],\n "vendor":{"model":"inner","n":1.0,"e":1e3},"seed":9007199254740993, "max_tokens": 10, "mod\\u0065l": "${model}" }`

const ANSWER_TEXT = {
  'openai-chat':
    '{"id":"x","object":"chat.completion","created":1,"model":"gpt-x","choices":[{"index":0,"message":{"role":"assistant","content":"ok","vendor":9007199254740993},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3} , "extra" : [1.0]}',
  anthropic:
    '{"id":"msg_1","type":"message","role":"assistant","model":"gpt-x","content":[{"type":"text","text":"ok"},{"type":"brand_new","v":9007199254740993}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":2} , "extra" : [1.0]}',
}
const PATHS = { 'openai-chat': '/v1/chat/completions', anthropic: '/v1/messages' } as const

describe.each(['openai-chat', 'anthropic'] as const)('Where client and upstream both speak %s', (type) => {
  it('the request reaches the upstream byte for byte', async () => {
    const { upstream, portside } = await start(type, (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER_TEXT[type]),
    )
    expect((await portside.post(PATHS[type], oddBody('gpt-x'))).status).toBe(200)
    expect(upstream.requests[0]?.text).toBe(oddBody('gpt-x'))
  })

  it('only the model is another one where the upstream calls it otherwise', async () => {
    const { upstream, portside } = await start(
      type,
      (_request, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER_TEXT[type]),
      { 'my-alias': 'gpt-x' },
    )
    await portside.post(PATHS[type], oddBody('short'))
    await portside.post(PATHS[type], oddBody('my-alias'))
    expect(upstream.requests.map((request) => request.text)).toEqual([
      oddBody('a-much-longer-name-é'),
      oddBody('gpt-x'),
    ])
  })

  it('REL-35: the answer reaches the client byte for byte, unknown fields and number text included', async () => {
    const { portside } = await start(type, (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER_TEXT[type]),
    )
    expect(await (await portside.post(PATHS[type], oddBody('gpt-x'))).text()).toBe(ANSWER_TEXT[type])
  })

  it('the client’s key never goes up, the account’s key never comes down, and odd headers stay behind', async () => {
    const { upstream, portside } = await start(type, (_request, response) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': 'a=b',
          location: '/x',
          'x-ratelimit-remaining-requests': '7',
          'access-control-allow-origin': '*',
        })
        .end(ANSWER_TEXT[type]),
    )
    const answer = await portside.post(PATHS[type], oddBody('gpt-x'), {
      headers: {
        cookie: 'c=d',
        'x-forwarded-for': '1.2.3.4',
        'anthropic-beta': 'one,two',
        'anthropic-version': '2026-10-21',
      },
    })
    const seen = upstream.requests[0]?.headers ?? {}
    expect(JSON.stringify(seen)).not.toContain('ps-')
    expect([seen.cookie, seen['x-forwarded-for']]).toEqual([undefined, undefined])
    expect(seen['anthropic-beta']).toBe('one,two')
    expect(type === 'anthropic' ? seen['x-api-key'] : seen.authorization).toContain('sk-upstream-0123456789')
    const headers = Object.fromEntries(answer.headers)
    expect(JSON.stringify(headers)).not.toContain('sk-upstream')
    expect([headers['set-cookie'], headers.location, headers['access-control-allow-origin']]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect([
      headers['x-ratelimit-remaining-requests'],
      headers['x-portside-provider'],
      headers['x-portside-attempts'],
    ]).toEqual(['7', 'sim', '1'])
  })
})

const STREAM = [
  ': welcome\r\n\r\n',
  'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"odd":9007199254740993}\n\n',
  'data:{"id":"1","choices":[{"index":0,"delta":{"content":"é😀"}}]}\n\n',
  'event: execute\ndata: {"choices":[]}\n\n',
  'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: [DONE]\n\n',
].join('')

describe('A passed-through stream', () => {
  it('FM-57: arrives byte for byte, wherever the network cuts it', async () => {
    const bytes = Buffer.from(STREAM)
    const { portside } = await start('openai-chat', async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (let at = 0; at < bytes.length; at += 7) {
        response.write(bytes.subarray(at, at + 7))
        if (at % 70 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
    })
    const answer = await portside.post(PATHS['openai-chat'], {
      model: 'gpt-x',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(await answer.text()).toBe(STREAM)
  })

  it('FM-52: gets the end marker that it lacks', async () => {
    const { portside } = await start('openai-chat', (_request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(STREAM.replace('data: [DONE]\n\n', '')),
    )
    const answer = await portside.post(PATHS['openai-chat'], {
      model: 'gpt-x',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    })
    expect(await answer.text()).toBe(STREAM)
  })

  it.each([
    [
      'OpenAI',
      'openai-chat',
      STREAM.slice(0, STREAM.indexOf('event: execute')),
      /\n\ndata: \{"error":\{"message":"[^"]+"[^\n]+\n\n$/,
    ],
    [
      'Anthropic',
      'anthropic',
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n',
      /event: error\ndata: \{"type":"error","error":\{[^\n]+\n\n$/,
    ],
  ] as const)(
    'REL-31: of %s that stops early ends with an error frame and no end marker (FM-47 to 50)',
    async (_name, type, half, frame) => {
      const { portside } = await start(type, (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
        response.end(half)
      })
      const answer = await portside.post(PATHS[type], {
        model: 'gpt-x',
        stream: true,
        max_tokens: 5,
        messages: [{ role: 'user', content: 'x' }],
      })
      const text = await answer.text()
      expect(text.startsWith(half)).toBe(true)
      expect(text.slice(half.length - 2)).toMatch(frame)
      expect(text).not.toMatch(/\[DONE\]|message_stop|"finish_reason":"stop"/)
      const [row] = await portside.proxy.log.list({ limit: 1 })
      expect([row?.state, row?.errorKind]).toEqual(['failed', 'upstream-truncated'])
    },
  )

  it('FM-59: a damaged event in the middle ends it with an error; nothing is skipped in silence', async () => {
    const damaged = STREAM.replace('{"choices":[]}', '{"choices":[').replace('event: execute\n', '')
    const cut = damaged.indexOf('data: {"choices":[\n')
    const { portside } = await start('openai-chat', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(damaged.slice(0, cut))
      setTimeout(() => response.end(damaged.slice(cut)), 50)
    })
    const text = await (
      await portside.post(PATHS['openai-chat'], {
        model: 'gpt-x',
        stream: true,
        messages: [{ role: 'user', content: 'x' }],
      })
    ).text()
    expect(text).toContain('data: {"error":')
    expect(text).not.toContain('[DONE]')
  })
})

describe('REL-34: shapes that do not fit the request', () => {
  it('FM-42: plain JSON is made a stream where a stream was asked for', async () => {
    const { portside } = await start('openai-chat', (_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER_TEXT['openai-chat']),
    )
    const text = await (
      await portside.post(PATHS['openai-chat'], {
        model: 'gpt-x',
        stream: true,
        messages: [{ role: 'user', content: 'x' }],
      })
    ).text()
    expect(text).toContain('"content":"ok"')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('FM-43: a stream is collected where one JSON was asked for', async () => {
    const { portside } = await start('openai-chat', (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(STREAM),
    )
    const body = await (
      await portside.post(PATHS['openai-chat'], {
        model: 'gpt-x',
        messages: [{ role: 'user', content: 'x' }],
      })
    ).json()
    expect([body.choices[0].message.content, body.choices[0].finish_reason]).toEqual(['é😀', 'stop'])
  })
})
