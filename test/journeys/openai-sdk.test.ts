import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import {
  expectDone,
  JOURNEY_UPSTREAMS,
  type Journey,
  SAY,
  startJourney,
  UPSTREAM_PROTOCOLS,
} from './journey.ts'
import { SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

function clientOf(journey: Journey): OpenAI {
  return new OpenAI({ baseURL: `${journey.portside.url}/v1`, apiKey: TEST_KEY, maxRetries: 0 })
}

const tools = SDK_TOOLS.map((tool) => ({
  type: 'function' as const,
  function: {
    name: tool.name,
    description: tool.description,
    parameters: tool.schema as unknown as Record<string, unknown>,
    parse: JSON.parse,
    function: tool.run as (input: object) => Promise<string>,
  },
}))

const messages = [{ role: 'user' as const, content: 'Read, write, run.' }]

describe.each(JOURNEY_UPSTREAMS)(
  'The tool runner of the openai package with an upstream of kind %s',
  (protocol) => {
    it.each([false, true])('does an agentic turn (streamed: %s)', async (stream) => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const { chat } = clientOf(journey)
        const runner = stream
          ? chat.completions.runTools({ model: journey.model, messages, tools, stream: true })
          : chat.completions.runTools({ model: journey.model, messages, tools })
        expect(await runner.finalContent()).toContain(FINAL_TEXT)
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    })
  },
)

describe.each(UPSTREAM_PROTOCOLS)('The openai package with an upstream of protocol %s', (protocol) => {
  it('gets text, reasoning, a tool call and usage from its streaming helper', async () => {
    const journey = await startJourney(protocol, sdkSteps)
    journey.upstream.answer = (request, response) =>
      SAY[protocol](request, response, {
        thinking: 'let me think',
        text: 'The tide turns at noon.',
        calls: [{ id: 'call_a', name: 'read_file', input: { path: 'é "x"' } }],
      })
    try {
      const stream = clientOf(journey).chat.completions.stream({
        model: journey.model,
        messages,
        tools: tools.map(({ type, function: { function: _f, parse: _p, ...declared } }) => ({
          type,
          function: declared,
        })),
        stream_options: { include_usage: true },
      })
      const reasoning: string[] = []
      stream.on('chunk', (chunk) => {
        const delta = chunk.choices[0]?.delta as { reasoning_content?: string } | undefined
        if (delta?.reasoning_content) reasoning.push(delta.reasoning_content)
      })
      const final = await stream.finalChatCompletion()
      const message = final.choices[0]?.message
      expect({
        text: message?.content,
        reasoning: reasoning.join(''),
        call:
          message?.tool_calls?.[0]?.type === 'function' &&
          JSON.parse(message.tool_calls[0].function.arguments),
        finish: final.choices[0]?.finish_reason,
        usage: [final.usage?.prompt_tokens, final.usage?.completion_tokens],
      }).toEqual({
        text: 'The tide turns at noon.',
        reasoning: 'let me think',
        call: { path: 'é "x"' },
        finish: 'tool_calls',
        usage: [120, 34],
      })
    } finally {
      await journey.end()
    }
  })

  it('reads the list of models', async () => {
    const journey = await startJourney(protocol, sdkSteps)
    try {
      const ids = []
      for await (const model of clientOf(journey).models.list()) ids.push(model.id)
      expect(ids).toContain('demo')
    } finally {
      await journey.end()
    }
  })
})
