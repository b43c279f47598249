import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

let upstream: Upstream
let portside: RunningPortside
let client: OpenAI

beforeAll(async () => {
  upstream = await startUpstream((request, response) =>
    sayAsOpenAiChat(request, response, { text: `answer ${upstream.requests.length}` }),
  )
  portside = await startPortside({
    providers: [
      { id: 'sim', type: 'openai-chat', baseUrl: `${upstream.url}/v1`, models: ['m'], privateNetwork: true },
    ],
  })
  client = new OpenAI({ baseURL: `${portside.url}/v1`, apiKey: TEST_KEY, maxRetries: 0 })
})
afterAll(async () => {
  await portside.stop()
  await upstream.close()
})

describe('Responses on an upstream that knows none', () => {
  it('a request may go on from an earlier answer, which is then told to the upstream whole', async () => {
    const first = await client.responses.create({ model: 'm', input: 'first question' })
    const second = await client.responses.create({
      model: 'm',
      input: 'second question',
      previous_response_id: first.id,
    })
    expect(second.output_text).toBe('answer 2')
    const sent = JSON.stringify(upstream.requests.at(-1)?.json.messages)
    expect([
      sent.includes('first question'),
      sent.includes('answer 1'),
      sent.includes('second question'),
    ]).toEqual([true, true, true])
  })

  it('an answer can be had again, streamed ones too, but not by another key', async () => {
    const stream = client.responses.stream({ model: 'm', input: 'once more' })
    const final = await stream.finalResponse()
    expect((await client.responses.retrieve(final.id)).output_text).toBe(final.output_text)
    await expect(client.responses.retrieve('resp_unknown')).rejects.toThrow(/no response/)
  })

  it('an answer that is not known is refused, so that the client sends its history', async () => {
    await expect(
      client.responses.create({ model: 'm', input: 'x', previous_response_id: 'resp_gone' }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    })
  })

  it('what was not to be stored is not', async () => {
    const answer = await client.responses.create({ model: 'm', input: 'forget this', store: false })
    await expect(client.responses.retrieve(answer.id)).rejects.toMatchObject({ status: 404 })
  })
})
