import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { sendJson } from '../simulators/upstream.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, type Journey, SAY, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

function clientOf(journey: Journey): Anthropic {
  return new Anthropic({ baseURL: journey.portside.url, apiKey: TEST_KEY, maxRetries: 0 })
}

const tools = SDK_TOOLS.map((tool) => ({
  type: 'custom' as const,
  name: tool.name,
  description: tool.description,
  input_schema: tool.schema as unknown as Anthropic.Tool.InputSchema,
  parse: (input: unknown) => input as object,
  run: tool.run as (input: object) => Promise<string>,
}))

const request = { max_tokens: 1024, messages: [{ role: 'user' as const, content: 'Read, write, run.' }] }

describe.each(UPSTREAM_PROTOCOLS)(
  'The @anthropic-ai/sdk package with an upstream of protocol %s',
  (protocol) => {
    it.each([false, true])('lets its tool runner do an agentic turn (streamed: %s)', async (stream) => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const runner = clientOf(journey).beta.messages.toolRunner({
          ...request,
          model: journey.model,
          tools,
          stream,
        })
        const final = await runner.runUntilDone()
        expect(final.content.map((block) => (block.type === 'text' ? block.text : '')).join('')).toContain(
          FINAL_TEXT,
        )
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    })

    it('gets thinking, text, a tool call and usage from its streaming helper', async () => {
      const journey = await startJourney(protocol, sdkSteps)
      journey.upstream.answer = (seen, response) =>
        SAY[protocol](seen, response, {
          thinking: 'let me think',
          text: 'The tide turns at noon.',
          calls: [{ id: 'call_a', name: 'read_file', input: { path: 'é "x"' } }],
        })
      try {
        const stream = clientOf(journey).messages.stream({
          ...request,
          model: journey.model,
          tools: tools.map(({ name, description, input_schema }) => ({ name, description, input_schema })),
        })
        const final = await stream.finalMessage()
        expect({
          blocks: final.content.map((block) => {
            if (block.type === 'thinking') return block.thinking
            if (block.type === 'text') return block.text
            return block.type === 'tool_use' ? block.input : block.type
          }),
          stop: final.stop_reason,
          usage: [final.usage.input_tokens, final.usage.output_tokens],
        }).toEqual({
          blocks: ['let me think', 'The tide turns at noon.', { path: 'é "x"' }],
          stop: 'tool_use',
          usage: [120, 34],
        })
      } finally {
        await journey.end()
      }
    })

    it('counts the tokens of a prompt, the longer the more', async () => {
      const journey = await startJourney(protocol, sdkSteps)
      // Where the upstream can count, it is asked.
      journey.upstream.answer = (seen, response) =>
        sendJson(response, 200, { input_tokens: Math.ceil(seen.text.length / 4) })
      try {
        const count = async (content: string) => {
          const asked = { model: journey.model, messages: [{ role: 'user' as const, content }] }
          return (await clientOf(journey).messages.countTokens(asked)).input_tokens
        }
        const short = await count('Ten ships came in.')
        expect(short).toBeGreaterThan(4)
        expect(await count('Ten ships came in. '.repeat(50))).toBeGreaterThan(3 * short)
      } finally {
        await journey.end()
      }
    })

    it('reads the list of models in its own shape', async () => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const page = await clientOf(journey).models.list()
        expect(page.data.map((model) => [model.type, model.id])).toContainEqual(['model', 'demo'])
      } finally {
        await journey.end()
      }
    })
  },
)
