import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

const PACKAGES = {
  'chat completions': '@ai-sdk/openai-compatible',
  responses: '@ai-sdk/openai',
  messages: '@ai-sdk/anthropic',
} as const

describeAgent({
  title: 'opencode',
  name: 'opencode',
  apis: {
    'chat completions': '/v1/chat/completions',
    responses: '/v1/responses',
    messages: '/v1/messages',
  },
  steps: (folder) => [
    { tool: 'read', input: { filePath: join(folder, 'notes.txt') } },
    { tool: 'write', input: { filePath: join(folder, 'written.txt'), content: 'written by the agent\n' } },
    {
      tool: 'bash',
      input: { command: `echo ran > ${join(folder, 'ran.txt')}`, description: 'Leave a mark' },
    },
  ],
  setUp: ({ portside, model }, api) => ({
    args: ['run', '-m', `portside/${model}`, PROMPT],
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      OPENCODE_DISABLE_SHARE: '1',
    },
    files: {
      '.config/opencode/opencode.json': JSON.stringify({
        autoupdate: false,
        share: 'disabled',
        permission: 'allow',
        provider: {
          portside: {
            npm: PACKAGES[api],
            options: { baseURL: `${portside.url}/v1`, apiKey: TEST_KEY },
            models: { [model]: { name: 'Harbour' } },
          },
        },
      }),
    },
  }),
})
