import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AgentStep, FINAL_TEXT } from '../simulators/agent-script.ts'
import { expectDone, JOURNEY_UPSTREAMS, type Journey, startJourney } from './journey.ts'
import { hasClient, LIMIT_MS, runClient } from './run-client.ts'

/** A published agent, the APIs that it speaks, and how a user points it at Portside. */
export type Agent<Api extends string> = {
  readonly title: string
  /** The program's name among the installed ones. */
  readonly name: string
  /** How users name them, and the path that each must be heard on. */
  readonly apis: Readonly<Record<Api, string>>
  /** Its own tools, called to read, to write and to run. */
  readonly steps: (folder: string) => readonly AgentStep[]
  readonly model?: string
  /** What the user types and sets; the files go into the agent's home. */
  readonly setUp: (journey: Journey, api: Api) => AgentSetUp
}

export type AgentSetUp = {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** By path in the home folder. */
  readonly files?: Readonly<Record<string, string>>
}

export const PROMPT = 'Read notes.txt, write written.txt, then run the command.'

/** One turn of the agent over each of its APIs and every kind of upstream, proved by what is then on the disk. */
export function describeAgent<Api extends string>(agent: Agent<Api>): void {
  // Not installed: `npm test` installs two agents, and only `npm run test:clients` the others.
  describe.skipIf(!hasClient(agent.name)).each(JOURNEY_UPSTREAMS)(
    `${agent.title} through Portside with an upstream of kind %s`,
    (protocol) => {
      it.each(Object.keys(agent.apis) as Api[])(
        'reads, writes and runs a command over %s',
        { timeout: LIMIT_MS + 10_000 },
        async (api) => {
          const journey = await startJourney(protocol, agent.steps, agent.model)
          try {
            const run = await runAgent(agent, journey, api)
            expect(run.out + run.err).toContain(FINAL_TEXT)
            expect(run.code).toBe(0)
            await expectDone(journey)
            await expectHeard(journey, agent.apis[api])
          } finally {
            await journey.end()
          }
        },
      )
    },
  )
}

async function runAgent<Api extends string>(agent: Agent<Api>, journey: Journey, api: Api) {
  const home = join(journey.folder, '.home')
  const { args, env, files = {} } = agent.setUp(journey, api)
  await mkdir(home)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), text)
  }
  return runClient({ name: agent.name, args, cwd: journey.folder, env: { HOME: home, ...env } })
}

/** An agent that falls back to another API in silence would prove nothing. */
async function expectHeard({ portside }: Journey, path: string): Promise<void> {
  const heard = await portside.proxy.log.list({ limit: 100 })
  const asked = heard.filter(({ state }) => state === 'done').map((entry) => entry.path)
  expect(asked.filter((each) => each.startsWith(path)).length).toBeGreaterThanOrEqual(4)
}
