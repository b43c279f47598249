import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { hasPackage, loadClient } from './load-client.ts'
import { runSdkTool, SDK_TOOLS, sdkSteps } from './sdk-tools.ts'

type Part = {
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args: unknown }
}
type Answer = {
  readonly text?: string
  readonly candidates?: readonly { readonly content?: { readonly parts?: readonly Part[] } }[]
}
type Client = {
  readonly models: {
    generateContent(call: object): Promise<Answer>
    generateContentStream(call: object): Promise<AsyncIterable<Answer>>
    countTokens(call: object): Promise<{ readonly totalTokens: number }>
    list(): Promise<AsyncIterable<{ readonly name: string }>>
  }
}
type GenAi = { readonly GoogleGenAI: new (settings: object) => Client }

const VERSIONS = ['v1', 'v1beta'] as const

async function clientOf(url: string, apiVersion: string): Promise<Client> {
  const { GoogleGenAI } = await loadClient<GenAi>('@google/genai')
  return new GoogleGenAI({ apiKey: TEST_KEY, apiVersion, httpOptions: { baseUrl: url } })
}

const config = {
  tools: [
    {
      functionDeclarations: SDK_TOOLS.map(({ name, description, schema }) => ({
        name,
        description,
        parametersJsonSchema: schema,
      })),
    },
  ],
}

async function ask(client: Client, call: object, stream: boolean): Promise<{ parts: Part[]; text: string }> {
  const parts: Part[] = []
  let text = ''
  const add = (answer: Answer) => {
    parts.push(...(answer.candidates?.[0]?.content?.parts ?? []))
    text += answer.text ?? ''
  }
  if (!stream) add(await client.models.generateContent(call))
  else for await (const answer of await client.models.generateContentStream(call)) add(answer)
  return { parts, text }
}

async function respond(part: Part): Promise<object[]> {
  const { functionCall: call } = part
  if (call === undefined) return []
  const output = await runSdkTool(call.name, call.args)
  return [{ functionResponse: { id: call.id, name: call.name, response: { output } } }]
}

async function converse(client: Client, model: string, stream: boolean): Promise<string> {
  const contents: object[] = [{ role: 'user', parts: [{ text: 'Read, write, run.' }] }]
  for (let turn = 0; turn < 8; turn++) {
    const { parts, text } = await ask(client, { model, contents, config }, stream)
    const results = (await Promise.all(parts.map(respond))).flat()
    if (results.length === 0) return text
    contents.push({ role: 'model', parts }, { role: 'user', parts: results })
  }
  return 'too many turns'
}

// Not installed: `npm run check` and a plain `vitest` go without the published clients.
describe.skipIf(!hasPackage('@google/genai')).each(UPSTREAM_PROTOCOLS)(
  'The @google/genai package with an upstream of protocol %s',
  (protocol) => {
    it.each(VERSIONS.flatMap((version) => [false, true].map((stream) => ({ version, stream }))))(
      'does an agentic turn under $version (streamed: $stream)',
      async ({ version, stream }) => {
        const journey = await startJourney(protocol, sdkSteps)
        try {
          const client = await clientOf(journey.portside.url, version)
          expect(await converse(client, journey.model, stream)).toContain(FINAL_TEXT)
          await expectDone(journey)
        } finally {
          await journey.end()
        }
      },
    )

    it('counts tokens and lists the models', async () => {
      const journey = await startJourney(protocol, sdkSteps)
      try {
        const { models } = await clientOf(journey.portside.url, 'v1beta')
        const { totalTokens } = await models.countTokens({
          model: journey.model,
          contents: 'Ten ships came in.',
        })
        expect(totalTokens).toBeGreaterThan(3)
        const names = []
        for await (const { name } of await models.list()) names.push(name)
        expect(names).toContain('models/demo')
      } finally {
        await journey.end()
      }
    })
  },
)
