import { parseArgs } from 'node:util'
import { SCENARIOS } from './scenarios.ts'
import { startDeepseek } from './start-deepseek.ts'

/** `npm run simulate:deepseek`: a DeepSeek of one's own, to point a `deepseek-web` provider at. */

const ACCOUNT = {
  email: 'nora@example.test',
  password: 'open-the-harbour',
  token: 'simulated-session-token-0123456789',
}

const USAGE = `npm run simulate:deepseek -- [--port N] [--scenario NAME] [--difficulty N]

Answers on 127.0.0.1 as DeepSeek's web does. Sign in as ${ACCOUNT.email} with the password ${ACCOUNT.password}, or with
the token ${ACCOUNT.token}. A prompt that holds [[sim:NAME]] plays that scenario, and so does the header x-simulate: NAME.
Scenarios: ${Object.keys(SCENARIOS).join(', ')}`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9292' },
    scenario: { type: 'string', default: 'plain' },
    difficulty: { type: 'string', default: '144000' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help || SCENARIOS[values.scenario] === undefined) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}
const { url } = await startDeepseek({
  accounts: [ACCOUNT],
  port: Number(values.port),
  scenario: values.scenario,
  difficulty: Number(values.difficulty),
})
console.log(`A simulated DeepSeek: base URL ${url}, e-mail ${ACCOUNT.email}, password ${ACCOUNT.password}`)
