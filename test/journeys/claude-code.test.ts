import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FINAL_TEXT } from '../simulators/agent-script.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { expectDone, type Journey, startJourney, UPSTREAM_PROTOCOLS } from './journey.ts'
import { hasClient, runClient } from './run-client.ts'

const steps = (folder: string) => [
  { tool: 'Read', input: { file_path: join(folder, 'notes.txt') } },
  { tool: 'Write', input: { file_path: join(folder, 'written.txt'), content: 'written by the agent\n' } },
  { tool: 'Bash', input: { command: `echo ran > ${join(folder, 'ran.txt')}`, description: 'Leave a mark' } },
]

async function runClaude(journey: Journey) {
  const home = join(journey.folder, '.home')
  await mkdir(home)
  return runClient({
    name: 'claude',
    args: [
      '-p',
      'Read notes.txt, write written.txt, then run the command.',
      '--model',
      journey.model,
      '--permission-mode',
      'bypassPermissions',
      '--output-format',
      'json',
    ],
    cwd: journey.folder,
    env: {
      HOME: home,
      ANTHROPIC_BASE_URL: journey.portside.url,
      ANTHROPIC_AUTH_TOKEN: TEST_KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      IS_SANDBOX: '1',
    },
  })
}

describe.skipIf(!hasClient('claude'))('Claude Code through Portside', () => {
  it.each(UPSTREAM_PROTOCOLS)(
    'reads, writes and runs a command with an upstream of protocol %s',
    async (protocol) => {
      const journey = await startJourney(protocol, steps)
      try {
        const run = await runClaude(journey)
        expect(run.out + run.err).toContain(FINAL_TEXT)
        expect(run.code).toBe(0)
        await expectDone(journey)
      } finally {
        await journey.end()
      }
    },
    120_000,
  )
})
