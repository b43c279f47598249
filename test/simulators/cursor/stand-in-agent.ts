import { readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Step } from './scenarios.ts'
import { record, type StandInSetUp, stepsFor } from './stand-in.ts'

/** A `cursor-agent` of one's own: takes the real one's arguments, checks them, and plays a scenario. */

const setUp: StandInSetUp = JSON.parse(process.env.CURSOR_STAND_IN ?? '{}')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    print: { type: 'boolean', short: 'p' },
    'output-format': { type: 'string' },
    'stream-partial-output': { type: 'boolean' },
    mode: { type: 'string' },
    sandbox: { type: 'string' },
    trust: { type: 'boolean' },
    workspace: { type: 'string' },
    model: { type: 'string' },
  },
})
const apiKey = process.env.CURSOR_API_KEY ?? ''
const { CURSOR_STAND_IN: _own, ...env } = process.env

if (positionals[0] === 'models') {
  say(
    'Available models\n\nauto - Auto\ncomposer-2 - Composer 2 (current)\nopus-5-thinking - Opus 5 Thinking\n',
  )
  say('\nTip: use --model <id> to switch.\n')
} else await run()

async function run(): Promise<void> {
  const prompt = positionals[0] ?? (await text(process.stdin))
  const workspace = values.workspace ?? ''
  record(setUp, {
    by: 'cli',
    pid: process.pid,
    args: process.argv.slice(2),
    cwd: process.cwd(),
    env,
    prompt,
    model: values.model ?? '',
    apiKey,
    files: { ...filesBelow(workspace), ...filesBelow(env.CURSOR_CONFIG_DIR ?? '') },
  })
  if (values.trust !== true) return refuse('Workspace Trust Required', 1)
  if (values.print !== true || values['output-format'] !== 'stream-json') return refuse('No terminal here', 1)
  const session = { session_id: 'c6b62c6f-7ead-4fd6-9922-e952131177ff' }
  line({
    type: 'system',
    subtype: 'init',
    apiKeySource: 'env',
    cwd: workspace,
    model: values.model,
    ...session,
  })
  line({ type: 'user', message: { role: 'user', content: [{ type: 'text', text: prompt }] }, ...session })
  for (const step of stepsFor(setUp, prompt, apiKey)) await play(step, session)
}

async function play(step: Step, session: object): Promise<void> {
  switch (step.do) {
    case 'event':
      return line({ ...step.event, ...session })
    case 'raw':
      return say(step.text)
    case 'finish': {
      const { result, usage } = step
      return line({
        type: 'result',
        subtype: 'success',
        duration_ms: 7,
        is_error: false,
        result,
        ...session,
        usage,
      })
    }
    case 'fail':
      return refuse(step.message, 1)
    case 'stop':
      return process.exit(step.code ?? 0)
    case 'hang':
      if (step.isDeaf === true) process.on('SIGTERM', () => undefined)
      await new Promise(() => setInterval(() => undefined, 1000))
      return
    case 'pause':
      await sleep(step.ms)
  }
}

function refuse(message: string, code: number): never {
  writeSync(2, `\u001b[31m${message}\u001b[0m\n`)
  process.exit(code)
}

function line(event: object): void {
  say(`${JSON.stringify(event)}\n`)
}

/** Written at once, in pieces that cut characters and escapes: the reader has to live with it. */
function say(words: string): void {
  const bytes = Buffer.from(words)
  for (let at = 0; at < bytes.length; at += 61) writeSync(1, bytes.subarray(at, at + 61))
}

function filesBelow(folder: string): Record<string, string> {
  if (folder === '') return {}
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return Object.fromEntries(
    names.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'utf8')]),
  )
}
