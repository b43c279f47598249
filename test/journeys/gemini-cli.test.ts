import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

describeAgent({
  title: 'Gemini CLI',
  name: 'gemini',
  apis: {
    gemini: '/v1beta/models/',
  },
  steps: (folder) => [
    { tool: 'read_file', input: { file_path: join(folder, 'notes.txt') } },
    {
      tool: 'write_file',
      input: { file_path: join(folder, 'written.txt'), content: 'written by the agent\n' },
    },
    { tool: 'run_shell_command', input: { command: `echo ran > ${join(folder, 'ran.txt')}` } },
  ],
  setUp: ({ portside, model }) => ({
    args: ['-p', PROMPT, '--yolo', '--skip-trust', '-m', model],
    env: { GOOGLE_GEMINI_BASE_URL: portside.url, GEMINI_API_KEY: TEST_KEY },
    files: {
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        general: { enableAutoUpdate: false },
      }),
    },
  }),
})
