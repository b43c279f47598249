import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROUTES } from '../../proxy/http/route-table.ts'
import { type AgentStep, createAgent, type UpstreamProtocol } from '../simulators/agent-script.ts'
import { sayAsAnthropic, sayAsOpenAiChat } from '../simulators/say.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { type RunningPortside, startPortside } from '../support/start-portside.ts'

/** How a simulated upstream of each protocol says a turn. */
export const SAY = { anthropic: sayAsAnthropic, 'openai-chat': sayAsOpenAiChat } as const satisfies Record<
  UpstreamProtocol,
  unknown
>

export const UPSTREAM_PROTOCOLS = Object.keys(SAY) as readonly UpstreamProtocol[]

/** Says whether Portside answers a path at all: a client's journey starts when its route does. */
export function isServed(path: string): boolean {
  return ROUTES.some((route) => route.path === path)
}

/** A Portside between a client and a simulated model, and the folder in which the client works. */
export type Journey = {
  readonly portside: RunningPortside
  readonly upstream: Upstream
  readonly folder: string
  readonly model: string
  end(): Promise<void>
}

export const SECRET_IN_FILE = 'berth 7, pilot on board'

/** Starts everything for one agentic turn; the folder holds `notes.txt`, which the agent reads first. */
export async function startJourney(
  protocol: UpstreamProtocol,
  steps: (folder: string) => readonly AgentStep[],
  model = 'harbour-model',
): Promise<Journey> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-journey-'))
  await writeFile(join(folder, 'notes.txt'), `${SECRET_IN_FILE}\n`)
  const upstream = await startUpstream(createAgent(protocol, steps(folder)))
  const baseUrl = protocol === 'anthropic' ? upstream.url : `${upstream.url}/v1`
  const portside = await startPortside({
    providers: [{ id: 'sim', type: protocol, baseUrl, models: ['*'], privateNetwork: true }],
    accounts: [{ provider: 'sim', name: 'simulated', apiKey: 'sk-simulated-upstream-key' }],
  })
  return {
    portside,
    upstream,
    folder,
    model,
    async end() {
      await portside.stop()
      await upstream.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What every agentic turn must have left on disk, and shown to the model: read, written, run. */
export async function expectDone({ folder, upstream }: Journey): Promise<void> {
  expect(await readFile(join(folder, 'written.txt'), 'utf8')).toContain('written by the agent')
  expect(await readFile(join(folder, 'ran.txt'), 'utf8')).toContain('ran')
  expect(upstream.requests.some(({ text }) => text.includes(SECRET_IN_FILE))).toBe(true)
}
