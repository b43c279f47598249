import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { textsOf } from '../simulators/text-only.ts'
import { type Bridged, startBridged } from './start-bridged.ts'

const SCHEMA = { type: 'object', properties: { port: { type: 'string' } }, required: ['port'] }

/** Blocks that are no calls, cut and mangled in every dialect; what a model writes when it fails. */
const BROKEN = [
  '<tool_calls>\n<invoke name="get_tide">\n<parameter name="port"><![CDATA[Bre',
  '<tool_calls>\n<invoke name="get_tide">\n</invoke>\n</tool_calls>',
  '<｜DSML｜tool_calls><｜DSML｜invoke name="sink"></｜DSML｜invoke></｜DSML｜tool_calls>',
  '<tool_call>{"name":"get_tide","arguments":{"harbour":"Brest"}}</tool_call>',
  '<tool_call>{"name":"get_tide","argum',
  '<｜tool▁calls▁begin｜>[{"name":"get_tide"',
  '[function_calls][call:get_tide]{"port":1',
  '<tool name="get_tide">{{{</tool>',
  '<tool_result id="call_1" name="get_tide">\nHigh at noon\n</tool_result>',
  '<thinking>I must look at the prompt',
] as const

/** Marks of our own prompt and of every dialect. None of them is in what the user or the tools said. */
const MARKS =
  /tool_calls>|<invoke|<parameter|CDATA|DSML|tool▁|tool_call>|tool_result|\[call:|<tool|thinking>|# Tools|## Tool:|JSON schema|You must call|Rules:/

let on: Bridged
let said = ''

beforeAll(async () => {
  on = await startBridged((request, response) => sayAsOpenAiChat(request, response, { text: said }))
})

afterAll(async () => {
  await on.stop()
})

const ASK = {
  chat: (stream: boolean) =>
    on.portside.post('/v1/chat/completions', {
      model: 'plain-thinking',
      stream,
      messages: [{ role: 'user', content: 'Ahoy' }],
      tools: [{ type: 'function', function: { name: 'get_tide', parameters: SCHEMA } }],
    }),
  messages: (stream: boolean) =>
    on.portside.post('/v1/messages', {
      model: 'plain-thinking',
      stream,
      max_tokens: 500,
      messages: [{ role: 'user', content: 'Ahoy' }],
      tools: [{ name: 'get_tide', input_schema: SCHEMA }],
    }),
} as const

describe.each(Object.keys(ASK) as (keyof typeof ASK)[])('A client of the %s API', (api) => {
  it.each([false, true])(
    'never sees a broken block, nor a word of the prompt that lends tools (streamed: %s)',
    async (stream) => {
      for (const broken of BROKEN) {
        said = `Good morning.\n${broken}`
        const text = await (await ASK[api](stream)).text()
        expect([broken, MARKS.exec(text)?.[0]]).toEqual([broken, undefined])
        expect(text).toMatch(/Good/)
        // The marks are good for something: the upstream was told what they look for.
        expect(textsOf(on.upstream.requests.at(-1)?.json ?? {}).join('\n')).toMatch(MARKS)
      }
    },
  )
})
