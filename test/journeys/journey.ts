import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { type AgentStep, createAgent, type UpstreamProtocol } from '../simulators/agent-script.ts'
import { startCursorUpstream } from '../simulators/cursor/as-upstream.ts'
import { startDeepseekUpstream } from '../simulators/deepseek-web/as-upstream.ts'
import { sayAsAnthropic, sayAsGemini, sayAsOpenAiChat, sayAsOpenAiResponses } from '../simulators/say.ts'
import { createTextOnlyAgent, type Violations } from '../simulators/text-only.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

/** How a simulated upstream of each protocol says a turn. */
export const SAY = {
  anthropic: sayAsAnthropic,
  'openai-chat': sayAsOpenAiChat,
  'openai-responses': sayAsOpenAiResponses,
  gemini: sayAsGemini,
} as const satisfies Record<UpstreamProtocol, unknown>

export const UPSTREAM_PROTOCOLS = Object.keys(SAY) as readonly UpstreamProtocol[]

/** What a client's work can end at: an upstream that calls tools itself, a model that knows only text, a web plan. */
export type JourneyUpstream = UpstreamProtocol | 'text-only' | 'deepseek-web' | 'cursor'

export const JOURNEY_UPSTREAMS: readonly JourneyUpstream[] = [
  ...UPSTREAM_PROTOCOLS,
  'text-only',
  'deepseek-web',
  'cursor',
]

/** What a user of each protocol would put behind the host. */
export const BASE_PATHS = {
  anthropic: '',
  'openai-chat': '/v1',
  'openai-responses': '/v1',
  gemini: '',
  'text-only': '/v1',
  'deepseek-web': '',
  cursor: '',
} as const satisfies Record<JourneyUpstream, string>

/** Where each protocol's requests must arrive. */
const PATHS = {
  anthropic: /^\/v1\/messages$/,
  'openai-chat': /^\/v1\/chat\/completions$/,
  'openai-responses': /^\/v1\/responses$/,
  gemini: /^\/v1beta\/models\/[a-z-]+:(generateContent|streamGenerateContent\?alt=sse)$/,
  'text-only': /^\/v1\/chat\/completions$/,
  'deepseek-web': /^\/api\/v0\/chat\/completion$/,
  cursor: /^\/run$/,
} as const satisfies Record<JourneyUpstream, RegExp>

/** A Portside between a client and a simulated model, and the folder in which the client works. */
export type Journey = {
  readonly portside: RunningPortside
  readonly upstream: Upstream
  readonly protocol: JourneyUpstream
  readonly folder: string
  readonly model: string
  /** What a text-only upstream was sent that is no text. */
  readonly violations: Violations
  end(): Promise<void>
}

const SIMULATED_SECRET = 'sk-simulated-upstream-key'
export const SECRET_IN_FILE = 'berth 7, pilot on board'

/** Starts everything for one agentic turn; the folder holds `notes.txt`, which the agent reads first. */
export async function startJourney(
  protocol: JourneyUpstream,
  steps: (folder: string) => readonly AgentStep[],
  model = 'harbour-model',
): Promise<Journey> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-journey-'))
  await writeFile(join(folder, 'notes.txt'), `${SECRET_IN_FILE}\n`)
  const violations: Violations = []
  const upstream = await startModel(protocol, steps(folder), violations)
  const url = upstream.url + BASE_PATHS[protocol]
  const portside = await startPortside(settingsFor(protocol, url, upstream.options))
  return {
    portside,
    upstream,
    protocol,
    folder,
    model,
    violations,
    async end() {
      await portside.stop()
      await upstream.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A model, and the options that its provider needs where it is reached in a way of its own. */
type Model = Upstream & { readonly options?: object }

function startModel(
  protocol: JourneyUpstream,
  steps: readonly AgentStep[],
  violations: Violations,
): Promise<Model> {
  if (protocol === 'deepseek-web') return startDeepseekUpstream(steps)
  if (protocol === 'cursor') return startCursorUpstream(steps)
  const isTextOnly = protocol === 'text-only'
  return startUpstream(isTextOnly ? createTextOnlyAgent(steps, violations) : createAgent(protocol, steps))
}

function settingsFor(protocol: JourneyUpstream, baseUrl: string, options?: object): SettingsInput {
  const isTextOnly = protocol === 'text-only'
  const isWebPlan = protocol === 'deepseek-web'
  return {
    providers: [
      {
        id: 'sim',
        type: isTextOnly ? 'openai-chat' : protocol,
        toolMode: isTextOnly ? 'bridge' : 'native',
        baseUrl,
        models: isWebPlan ? ['deepseek-v4-flash'] : ['*'],
        privateNetwork: true,
        // Agents ask for titles beside their work; waiting for each of these would only make the tests long.
        ...(isWebPlan ? { options: { inFlight: 4, betweenStartsMs: 0 } } : {}),
        ...(options === undefined ? {} : { options }),
      },
    ],
    accounts: [
      {
        provider: 'sim',
        name: 'simulated',
        // At Cursor a token would be a browser's session, which serves no requests.
        ...(protocol === 'cursor' ? { apiKey: SIMULATED_SECRET } : { token: SIMULATED_SECRET }),
      },
    ],
    // A web plan has names of its own.
    ...(isWebPlan ? { models: { aliases: { '*': 'deepseek-v4-flash' } } } : {}),
  }
}

/** What every agentic turn must have left on disk, and shown to the model: read, written, run. */
export async function expectDone({ folder, upstream, protocol, violations }: Journey): Promise<void> {
  expect(await readFile(join(folder, 'written.txt'), 'utf8')).toContain('written by the agent')
  expect(await readFile(join(folder, 'ran.txt'), 'utf8')).toContain('ran')
  expect(violations).toEqual([])
  expect(upstream.requests.some(({ text }) => text.includes(SECRET_IN_FILE))).toBe(true)
  expect(upstream.requests.map(({ path }) => path).filter((path) => !PATHS[protocol].test(path))).toEqual([])
}
