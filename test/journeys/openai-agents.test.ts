import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { hasPackage, loadClient } from './load-client.ts'
import { SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

type Run = { readonly finalOutput: string; readonly completed?: Promise<void> }
type Agents = {
  readonly Agent: new (settings: object) => object
  readonly OpenAIProvider: new (settings: object) => object
  readonly Runner: new (
    settings: object,
  ) => { run(agent: object, input: string, options?: object): Promise<Run> }
  tool(tool: object): object
}

// Not installed: `npm run check` and a plain `vitest` go without the published clients.
describe.skipIf(!hasPackage('@openai/agents')).each(UPSTREAM_PROTOCOLS)(
  'The OpenAI Agents SDK with an upstream of protocol %s',
  (protocol) => {
    it.each([
      { api: 'chat completions', useResponses: false, stream: false },
      { api: 'chat completions', useResponses: false, stream: true },
      { api: 'responses', useResponses: true, stream: false },
      { api: 'responses', useResponses: true, stream: true },
    ])('does an agentic turn over $api (streamed: $stream)', async ({ useResponses, stream }) => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const { Agent, OpenAIProvider, Runner, tool } = await loadClient<Agents>('@openai/agents')
        const modelProvider = new OpenAIProvider({
          baseURL: `${journey.portside.url}/v1`,
          apiKey: TEST_KEY,
          useResponses,
        })
        const agent = new Agent({
          name: 'Harbour master',
          instructions: 'Do what is asked.',
          model: journey.model,
          tools: SDK_TOOLS.map(({ name, description, schema, run }) =>
            tool({
              name,
              description,
              parameters: { ...schema, additionalProperties: false },
              execute: run,
            }),
          ),
        })
        const runner = new Runner({ modelProvider, tracingDisabled: true })
        const run = await runner.run(agent, 'Read, write, run.', { stream })
        await run.completed
        expect(run.finalOutput).toContain(FINAL_TEXT)
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    })
  },
)
