import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, type Journey, SAY, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { runSdkTool, SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

type Responses = OpenAI.Responses.Response
type Ask = (client: OpenAI, body: OpenAI.Responses.ResponseCreateParamsNonStreaming) => Promise<Responses>

const askWhole: Ask = (client, body) => client.responses.create(body)
const askStreamed: Ask = (client, body) => client.responses.stream({ ...body, stream: true }).finalResponse()

const tools: OpenAI.Responses.Tool[] = SDK_TOOLS.map(({ name, description, schema }) => ({
  type: 'function',
  name,
  description,
  parameters: schema as unknown as Record<string, unknown>,
  strict: false,
}))

function clientOf(journey: Journey): OpenAI {
  return new OpenAI({ baseURL: `${journey.portside.url}/v1`, apiKey: TEST_KEY, maxRetries: 0 })
}

async function outputsOf(answer: Responses): Promise<OpenAI.Responses.ResponseInputItem[]> {
  const calls = answer.output.filter((item) => item.type === 'function_call')
  return Promise.all(
    calls.map(async ({ call_id, name, arguments: text }) => ({
      type: 'function_call_output' as const,
      call_id,
      output: await runSdkTool(name, JSON.parse(text)),
    })),
  )
}

/** A turn that sends the whole conversation each time, or only points to the answer before. */
async function converse(journey: Journey, ask: Ask, pointsBack: boolean): Promise<string> {
  const client = clientOf(journey)
  let input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'Read, write, run.' }]
  let previous: string | undefined
  for (let turn = 0; turn < 8; turn++) {
    const pointer = pointsBack && previous !== undefined ? { previous_response_id: previous } : {}
    const answer = await ask(client, { model: journey.model, input, tools, ...pointer })
    const outputs = await outputsOf(answer)
    if (outputs.length === 0) return answer.output_text
    input = pointsBack ? outputs : [...input, ...(answer.output as typeof input), ...outputs]
    previous = answer.id
  }
  return 'too many turns'
}

describe.each(UPSTREAM_PROTOCOLS)(
  'The Responses of the openai package with an upstream of protocol %s',
  (protocol) => {
    it.each([
      { way: 'whole', ask: askWhole, history: 'sent again', pointsBack: false },
      { way: 'streamed', ask: askStreamed, history: 'sent again', pointsBack: false },
      // An upstream that speaks Responses is asked as the client asks, and the simulated one remembers nothing.
      ...(protocol === 'openai-responses'
        ? []
        : [
            { way: 'whole', ask: askWhole, history: 'pointed to', pointsBack: true },
            { way: 'streamed', ask: askStreamed, history: 'pointed to', pointsBack: true },
          ]),
    ])('do an agentic turn, answers $way and history $history', async ({ ask, pointsBack }) => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        expect(await converse(journey, ask, pointsBack)).toContain(FINAL_TEXT)
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    })

    it('give text, reasoning, a call and usage from the streaming helper', async () => {
      const journey = await startJourney(protocol, sdkSteps)
      journey.upstream.answer = (seen, response) =>
        SAY[protocol](seen, response, {
          thinking: 'let me think',
          text: 'The tide turns at noon.',
          calls: [{ id: 'call_a', name: 'read_file', input: { path: 'é "x"' } }],
        })
      try {
        const reasoning = { summary: 'auto' as const }
        const answer = await askStreamed(clientOf(journey), {
          model: journey.model,
          input: 'Hi',
          tools,
          reasoning,
        })
        const call = answer.output.find((item) => item.type === 'function_call')
        const thought = answer.output.find((item) => item.type === 'reasoning')
        expect({
          text: answer.output_text,
          thought: [...(thought?.summary ?? []), ...(thought?.content ?? [])]
            .map(({ text }) => text)
            .join(''),
          call: JSON.parse(call?.arguments ?? 'null'),
          usage: [answer.usage?.input_tokens, answer.usage?.output_tokens],
        }).toEqual({
          text: 'The tide turns at noon.',
          thought: 'let me think',
          call: { path: 'é "x"' },
          usage: [120, 34],
        })
      } finally {
        await journey.end()
      }
    })
  },
)
