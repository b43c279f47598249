import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, type Journey, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { hasPackage, loadClient } from './load-client.ts'
import { runSdkTool, SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

type Message = {
  readonly text: string
  readonly tool_calls?: readonly { readonly id: string; readonly name: string; readonly args: unknown }[]
  concat(next: Message): Message
}
type Model = {
  bindTools(tools: readonly object[]): Model
  invoke(messages: readonly unknown[]): Promise<Message>
  stream(messages: readonly unknown[]): Promise<AsyncIterable<Message>>
}
type ModelPackage = Readonly<Record<string, new (settings: object) => Model>>

const MODELS = [
  {
    name: '@langchain/openai (chat)',
    async create({ portside, model }: Journey) {
      const { ChatOpenAI } = await loadClient<ModelPackage>('@langchain/openai')
      const configuration = { baseURL: `${portside.url}/v1` }
      return new ChatOpenAI!({
        model,
        apiKey: TEST_KEY,
        maxRetries: 0,
        configuration,
        useResponsesApi: false,
      })
    },
  },
  {
    name: '@langchain/openai (responses)',
    async create({ portside, model }: Journey) {
      const { ChatOpenAI } = await loadClient<ModelPackage>('@langchain/openai')
      const configuration = { baseURL: `${portside.url}/v1` }
      return new ChatOpenAI!({ model, apiKey: TEST_KEY, maxRetries: 0, configuration, useResponsesApi: true })
    },
  },
  {
    name: '@langchain/anthropic',
    async create({ portside, model }: Journey) {
      const { ChatAnthropic } = await loadClient<ModelPackage>('@langchain/anthropic')
      return new ChatAnthropic!({
        model,
        apiKey: TEST_KEY,
        maxRetries: 0,
        maxTokens: 1024,
        anthropicApiUrl: portside.url,
      })
    },
  },
]

const tools = SDK_TOOLS.map(({ name, description, schema }) => ({ name, description, schema }))

async function askWhole(model: Model, messages: readonly unknown[]): Promise<Message> {
  return model.invoke(messages)
}

async function askStreamed(model: Model, messages: readonly unknown[]): Promise<Message> {
  let whole: Message | undefined
  for await (const chunk of await model.stream(messages)) whole = whole?.concat(chunk) ?? chunk
  return whole!
}

/** What LangChain's own agents do: ask, run the calls, ask again. */
async function converse(model: Model, ask: typeof askWhole): Promise<string> {
  const messages: unknown[] = [{ role: 'user', content: 'Read, write, run.' }]
  for (let turn = 0; turn < 8; turn++) {
    const answer = await ask(model, messages)
    messages.push(answer)
    if (!answer.tool_calls?.length) return answer.text
    for (const call of answer.tool_calls)
      messages.push({ role: 'tool', tool_call_id: call.id, content: await runSdkTool(call.name, call.args) })
  }
  return 'too many turns'
}

// Not installed: `npm run check` and a plain `vitest` go without the published clients.
describe.skipIf(!hasPackage('@langchain/core')).each(UPSTREAM_PROTOCOLS)(
  'LangChain with an upstream of protocol %s',
  (protocol) => {
    const cases = MODELS.flatMap((model) => [
      { ...model, way: 'whole', ask: askWhole },
      { ...model, way: 'streamed', ask: askStreamed },
    ])
    it.each(cases)('does an agentic turn with $name, answers $way', async ({ create, ask }) => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const model = (await create(journey)).bindTools(tools)
        expect(await converse(model, ask)).toContain(FINAL_TEXT)
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    })
  },
)
