import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const MIB = 1_048_576
let upstream: Upstream
let portside: RunningPortside

beforeAll(async () => {
  upstream = await startUpstream((request, response) => sayAsOpenAiChat(request, response, { text: 'hello' }))
  portside = await startPortside({
    providers: [
      {
        id: 'sim',
        type: 'openai-chat',
        baseUrl: `${upstream.url}/v1`,
        models: ['sim-model'],
        privateNetwork: true,
      },
    ],
  })
})
afterAll(async () => {
  await portside.stop()
  await upstream.close()
})

type Envelope = { status: number; type: string; message: string }

/** Reads an error in the shape of the route's protocol; anything else is a failed test. */
async function errorOf(path: string, response: Response): Promise<Envelope> {
  const body = (await response.json()) as {
    type?: string
    request_id?: string
    error: { type: string; message: string }
  }
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  if (path.includes('messages')) {
    expect(body.type).toBe('error')
    expect(body.request_id).toBe(response.headers.get('x-request-id'))
  }
  return { status: response.status, type: body.error.type, message: body.error.message }
}

const good = { model: 'sim-model', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }

describe.each(['/v1/chat/completions', '/v1/messages'])(
  'Wrong input on %s gets an error of its protocol, and nothing else happens',
  (path) => {
    it.each([
      ['no body', '', 400],
      ['a JSON array', '[1]', 400],
      ['a JSON string', '"hello"', 400],
      ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
      ['5 MiB of brackets', '['.repeat(5 * MIB), 400],
      ['no model', JSON.stringify({ ...good, model: undefined }), 400],
      ['a number for a model', JSON.stringify({ ...good, model: 7 }), 400],
      ['no messages', JSON.stringify({ ...good, messages: undefined }), 400],
      ['text for messages', JSON.stringify({ ...good, messages: 'hi' }), 400],
      ['a number for content', JSON.stringify({ ...good, messages: [{ role: 'user', content: 5 }] }), 400],
      ['an unknown role', JSON.stringify({ ...good, messages: [{ role: 'wizard', content: 'x' }] }), 400],
      ['text for temperature', JSON.stringify({ ...good, temperature: 'hot' }), 400],
      ['an object for tools', JSON.stringify({ ...good, tools: {} }), 400],
    ])('FM-70: %s', async (_name, body, status) => {
      const before = upstream.requests.length
      const response = await portside.post(path, '', { body })
      const error = await errorOf(path, response)
      expect([error.status, error.type]).toEqual([status, 'invalid_request_error'])
      expect(error.message.length).toBeGreaterThan(10)
      expect(upstream.requests.length).toBe(before)
    })

    it('an unknown model gets 404 and the names of the models there are', async () => {
      const error = await errorOf(path, await portside.post(path, { ...good, model: 'gpt-99' }))
      expect(error.status).toBe(404)
      expect(error.message).toContain('"gpt-99"')
      expect(error.message).toContain('sim-model')
      expect(error.message).toContain('demo')
    })

    it('a wrong key gets 401, an absent one too', async () => {
      for (const authorization of ['Bearer ps-wrong', '']) {
        const before = upstream.requests.length
        const error = await errorOf(path, await portside.post(path, good, { headers: { authorization } }))
        expect(error.status).toBe(401)
        expect(upstream.requests.length).toBe(before)
      }
    })

    it('REL-26: a body of 50 MiB and one byte gets 413, declared or chunked', async () => {
      const before = upstream.requests.length
      const declared = await portside.post(path, '', { body: Buffer.alloc(50 * MIB + 1, 0x20) })
      expect((await errorOf(path, declared)).status).toBe(413)
      let left = 51
      const chunked = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(new Uint8Array(MIB).fill(0x20))
          else controller.close()
        },
      })
      const status = await portside.post(path, '', { body: chunked, duplex: 'half' } as RequestInit).then(
        (response) => response.status,
        // A client that is still sending may only see the connection close.
        () => 413,
      )
      expect(status).toBe(413)
      expect(upstream.requests.length).toBe(before)
    })

    it('a body of exactly the limit is read', async () => {
      const text = JSON.stringify({ ...good, messages: [{ role: 'user', content: 'x' }] })
      const response = await portside.post(path, '', { body: text.padEnd(50 * MIB, ' ') })
      expect(response.status).toBe(200)
    })
  },
)

describe('A path that is not there', () => {
  it.each(['/v1/chat', '/v2/chat/completions', '/api/chat', '/v1/completions', '/nothing'])(
    '%s gets 404 and the right base URL',
    async (path) => {
      const response = await portside.post(path, good)
      const error = await errorOf('', response)
      expect(error.status).toBe(404)
      expect(error.message).toContain(`${portside.url}/v1`)
    },
  )

  it.each([
    '/v1/chat/completions',
    '/chat/completions',
    '/v1/v1/chat/completions',
    '/v1/chat/completions/',
    '/sim/v1/chat/completions',
    '/api/provider/sim/v1/chat/completions',
  ])('%s is answered as if it were right', async (path) => {
    expect((await portside.post(path, good)).status).toBe(200)
  })

  it.each([
    '/v1/messages',
    '/messages',
    '/anthropic/v1/messages',
    '/v1/messages?beta=true',
    '/sim/v1/messages',
  ])('%s is answered in Anthropic’s shape', async (path) => {
    const body = await (await portside.post(path, good)).json()
    expect(body.type).toBe('message')
  })

  it('a prefix serves only its own provider’s models', async () => {
    const response = await portside.post('/demo/v1/chat/completions', good)
    expect(response.status).toBe(404)
    const list = await (
      await fetch(`${portside.url}/demo/v1/models`, { headers: { authorization: `Bearer ${TEST_KEY}` } })
    ).json()
    expect(list.data.map((model: { id: string }) => model.id)).toEqual(['demo', 'demo-thinking'])
  })

  it('the wrong method is told which one is right', async () => {
    const response = await fetch(`${portside.url}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    })
    expect([response.status, (await errorOf('', response)).message]).toEqual([
      405,
      '/v1/chat/completions takes POST',
    ])
  })
})
