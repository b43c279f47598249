import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

const PROVIDERS = { 'chat completions': 'openai', messages: 'anthropic' } as const

describeAgent({
  title: 'Continue’s cn',
  name: 'cn',
  apis: {
    'chat completions': '/v1/chat/completions',
    messages: '/v1/messages',
  },
  steps: (folder) => [
    { tool: 'Read', input: { filepath: join(folder, 'notes.txt') } },
    { tool: 'Write', input: { filepath: join(folder, 'written.txt'), content: 'written by the agent\n' } },
    { tool: 'Bash', input: { command: `echo ran > ${join(folder, 'ran.txt')}` } },
  ],
  setUp: ({ portside, model, folder }, api) => ({
    args: ['-p', '--auto', '--config', join(folder, '.home/.continue/config.yaml'), PROMPT],
    env: { CONTINUE_TELEMETRY_ENABLED: '0', CONTINUE_CLI_ENABLE_TELEMETRY: '0' },
    files: {
      // JSON is YAML as well. The address of the Anthropic provider must end in a slash.
      '.continue/config.yaml': JSON.stringify({
        name: 'journey',
        version: '1.0.0',
        schema: 'v1',
        models: [
          {
            name: 'Harbour',
            provider: PROVIDERS[api],
            model,
            apiKey: TEST_KEY,
            apiBase: `${portside.url}/v1/`,
            roles: ['chat'],
            capabilities: ['tool_use'],
          },
        ],
      }),
    },
  }),
})
