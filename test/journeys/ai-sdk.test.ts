import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, type Journey, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { hasPackage, loadClient } from './load-client.ts'
import { SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

type Ai = {
  generateText(call: object): Promise<{ readonly text: string }>
  streamText(call: object): { readonly text: Promise<string> }
  tool(tool: object): unknown
  jsonSchema(schema: object): unknown
  isStepCount(count: number): unknown
}

type ModelMaker = ((id: string) => unknown) & { chat(id: string): unknown; responses(id: string): unknown }
type ProviderPackage = Readonly<Record<string, (settings: object) => ModelMaker>>

/** Each provider package of the AI SDK, and how a user points it at Portside. */
const PROVIDERS = [
  { name: '@ai-sdk/openai', api: 'chat', create: 'createOpenAI', base: '/v1' },
  { name: '@ai-sdk/openai', api: 'responses', create: 'createOpenAI', base: '/v1' },
  { name: '@ai-sdk/openai-compatible', api: undefined, create: 'createOpenAICompatible', base: '/v1' },
  { name: '@ai-sdk/deepseek', api: undefined, create: 'createDeepSeek', base: '/v1' },
  { name: '@ai-sdk/anthropic', api: undefined, create: 'createAnthropic', base: '/v1' },
  { name: '@ai-sdk/google', api: undefined, create: 'createGoogle', base: '/v1beta' },
] as const

async function modelOf(provider: (typeof PROVIDERS)[number], journey: Journey): Promise<unknown> {
  const made = (await loadClient<ProviderPackage>(provider.name))[provider.create]!({
    name: 'portside',
    baseURL: journey.portside.url + provider.base,
    apiKey: TEST_KEY,
  })
  return provider.api === undefined ? made(journey.model) : made[provider.api](journey.model)
}

async function callOf(ai: Ai, model: unknown): Promise<object> {
  const tools = SDK_TOOLS.map((tool) => [
    tool.name,
    ai.tool({ description: tool.description, inputSchema: ai.jsonSchema(tool.schema), execute: tool.run }),
  ])
  return {
    model,
    prompt: 'Read, write, run.',
    tools: Object.fromEntries(tools),
    stopWhen: ai.isStepCount(8),
    maxRetries: 0,
  }
}

// Not installed: `npm run check` and a plain `vitest` go without the published clients.
describe.skipIf(!hasPackage('ai')).each(UPSTREAM_PROTOCOLS)(
  'The AI SDK with an upstream of protocol %s',
  (protocol) => {
    const cases = PROVIDERS.flatMap((provider) => [
      { ...provider, way: 'generateText' as const },
      { ...provider, way: 'streamText' as const },
    ])
    it.each(cases)('does an agentic turn with $name ($api) and $way', async ({ way, ...provider }) => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const ai = await loadClient<Ai>('ai')
        const call = await callOf(ai, await modelOf(provider, journey))
        const { text } = way === 'generateText' ? await ai.generateText(call) : ai.streamText(call)
        expect(await text).toContain(FINAL_TEXT)
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    })
  },
)
