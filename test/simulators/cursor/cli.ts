import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { installStandIn } from './install-stand-in.ts'
import { SCENARIOS } from './scenarios.ts'
import { startCursorApi } from './start-cursor-api.ts'

/** `npm run simulate:cursor`: a Cursor of one's own, to point a `cursor` provider at. */

const USAGE = `npm run simulate:cursor -- [--port N] [--scenario NAME]

Puts a stand-in cursor-agent and a stand-in @cursor/sdk into a folder, and answers on 127.0.0.1 as api.cursor.com and the
account pages do. Any key works. A prompt that holds [[sim:NAME]] plays that scenario.
Scenarios: ${Object.keys(SCENARIOS).join(', ')}`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9293' },
    scenario: { type: 'string', default: 'plain' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help || SCENARIOS[values.scenario] === undefined) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}
const folder = await mkdtemp(join(tmpdir(), 'portside-simulated-cursor-'))
const { cliPath, sdkPath } = await installStandIn(folder, { scenario: values.scenario })
const { url } = await startCursorApi({ port: Number(values.port), cookie: 'user_01NORA%3A%3Asimulated' })
const provider = {
  id: 'cursor',
  type: 'cursor',
  baseUrl: url,
  privateNetwork: true,
  options: { cliPath, webUrl: url },
}
const account = { provider: 'cursor', apiKey: 'crsr_simulated_key_0123456789' }
console.log(`A simulated Cursor; its SDK is in ${sdkPath}. A configuration that uses it:`)
console.log(JSON.stringify({ providers: [provider], accounts: [account] }, null, 2))
