import { afterEach, describe, expect, it } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { readTools, textsOf } from '../simulators/text-only.ts'
import { type Bridged, startBridged } from './start-bridged.ts'

const CALL =
  '<tool_calls>\n<invoke name="get_tide">\n<parameter name="port"><![CDATA[Brest]]></parameter>\n</invoke>\n</tool_calls>'
const SCHEMA = { type: 'object', properties: { port: { type: 'string' } }, required: ['port'] }

type Api = 'chat' | 'responses' | 'messages' | 'gemini'

/** A request for one call, as clients of each API write it. */
const BODIES: Readonly<Record<Api, (stream: boolean) => { path: string; body: object }>> = {
  chat: (stream) => ({
    path: '/v1/chat/completions',
    body: {
      model: 'plain',
      stream,
      messages: [{ role: 'user', content: 'Tide at Brest?' }],
      tools: [{ type: 'function', function: { name: 'get_tide', parameters: SCHEMA } }],
    },
  }),
  responses: (stream) => ({
    path: '/v1/responses',
    body: {
      model: 'plain',
      stream,
      input: 'Tide at Brest?',
      tools: [{ type: 'function', name: 'get_tide', parameters: SCHEMA }],
    },
  }),
  messages: (stream) => ({
    path: '/v1/messages',
    body: {
      model: 'plain',
      stream,
      max_tokens: 500,
      messages: [{ role: 'user', content: 'Tide at Brest?' }],
      tools: [{ name: 'get_tide', input_schema: SCHEMA }],
    },
  }),
  gemini: (stream) => ({
    path: `/v1beta/models/plain:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Tide at Brest?' }] }],
      tools: [{ functionDeclarations: [{ name: 'get_tide', parametersJsonSchema: SCHEMA }] }],
    },
  }),
}

/** What each API says where a call was made. */
const SIGNS: Readonly<Record<Api, readonly [whole: RegExp, stream: RegExp]>> = {
  chat: [/"finish_reason":"tool_calls"/, /"finish_reason":"tool_calls"/],
  responses: [/"type":"function_call"/, /response\.function_call_arguments\.done/],
  messages: [/"stop_reason":"tool_use"/, /"stop_reason":"tool_use"/],
  gemini: [/"functionCall":\{/, /"functionCall":\{/],
}

let on: Bridged

async function start(texts: readonly string[], settings: SettingsInput = {}): Promise<void> {
  on = await startBridged(
    (request, response, index) =>
      sayAsOpenAiChat(request, response, { text: texts[Math.min(index, texts.length - 1)] ?? '' }),
    settings,
  )
}

afterEach(async () => {
  await on.stop()
})

describe.each(Object.keys(BODIES) as Api[])('A bridged model over the %s API', (api) => {
  it.each([false, true])(
    'calls a tool, and shows neither the form nor the prompt (streamed: %s)',
    async (stream) => {
      await start([`I look it up.\n\n${CALL}\n\nHigh at noon, I guess.`])
      const { path, body } = BODIES[api](stream)
      const response = await on.portside.post(path, body)
      const text = await response.text()
      expect(response.status).toBe(200)
      expect(text).toMatch(SIGNS[api][stream ? 1 : 0])
      expect(text.replaceAll('\\"', '"')).toContain('"port":"Brest"')
      expect(text).not.toMatch(/invoke|CDATA|tool_calls>|High at noon|Parameters \(JSON/)
      const [seen] = on.upstream.requests
      expect(readTools(textsOf(seen?.json ?? {}).join('\n')).map(({ name }) => name)).toEqual(['get_tide'])
      expect(Object.keys(seen?.json ?? {})).not.toContain('tools')
    },
  )
})
