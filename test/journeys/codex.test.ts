import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

/** Codex reads and writes through its shell; a model that it does not know gets plain functions. */
const CUSTOM_PROVIDER = (url: string) => `
model_provider = "portside"

[model_providers.portside]
name = "Portside"
base_url = "${url}/v1"
env_key = "PORTSIDE_KEY"
wire_api = "responses"
`

/** The built-in provider asks for a WebSocket first, and posts when that is refused with 426. */
const BUILT_IN_PROVIDER = (url: string) => `
openai_base_url = "${url}/v1"
`

/** Without these it asks chatgpt.com and github.com. */
const FEATURES = `
[features]
apps = false
plugins = false
remote_plugin = false
`

const CONFIGS = { 'a provider of its own': CUSTOM_PROVIDER, 'the built-in provider': BUILT_IN_PROVIDER }

describeAgent({
  title: 'Codex',
  name: 'codex',
  apis: {
    'a provider of its own': '/v1/responses',
    'the built-in provider': '/v1/responses',
  },
  steps: (folder) => [
    { tool: 'exec_command', input: { cmd: `cat ${join(folder, 'notes.txt')}` } },
    { tool: 'exec_command', input: { cmd: `echo written by the agent > ${join(folder, 'written.txt')}` } },
    { tool: 'exec_command', input: { cmd: `echo ran > ${join(folder, 'ran.txt')}` } },
  ],
  setUp: ({ portside, model }, api) => ({
    args: ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', PROMPT],
    env: { PORTSIDE_KEY: TEST_KEY, OPENAI_API_KEY: TEST_KEY, CODEX_API_KEY: TEST_KEY },
    files: {
      '.codex/config.toml': `model = "${model}"\n${CONFIGS[api](portside.url)}${FEATURES}`,
    },
  }),
})
