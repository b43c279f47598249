import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

const AUTH_TYPES = { 'chat completions': 'openai', messages: 'anthropic', gemini: 'gemini' } as const

describeAgent({
  title: 'Qwen Code',
  name: 'qwen',
  apis: {
    'chat completions': '/v1/chat/completions',
    messages: '/v1/messages',
    gemini: '/v1beta/models/',
  },
  steps: (folder) => [
    { tool: 'read_file', input: { file_path: join(folder, 'notes.txt') } },
    {
      tool: 'write_file',
      input: { file_path: join(folder, 'written.txt'), content: 'written by the agent\n' },
    },
    {
      tool: 'run_shell_command',
      input: { command: `echo ran > ${join(folder, 'ran.txt')}`, is_background: false },
    },
  ],
  setUp: ({ portside, model }, api) => ({
    args: ['-p', PROMPT, '--yolo', '--auth-type', AUTH_TYPES[api], '-m', model],
    env: {
      OPENAI_BASE_URL: `${portside.url}/v1`,
      OPENAI_API_KEY: TEST_KEY,
      OPENAI_MODEL: model,
      ANTHROPIC_BASE_URL: portside.url,
      ANTHROPIC_API_KEY: TEST_KEY,
      ANTHROPIC_MODEL: model,
      GOOGLE_GEMINI_BASE_URL: portside.url,
      GEMINI_API_KEY: TEST_KEY,
      GEMINI_MODEL: model,
    },
    files: {
      '.qwen/settings.json': JSON.stringify({
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        general: { enableAutoUpdate: false },
      }),
    },
  }),
})
