import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

describeAgent({
  title: 'Claude Code',
  name: 'claude',
  apis: {
    messages: '/v1/messages',
  },
  steps: (folder) => [
    { tool: 'Read', input: { file_path: join(folder, 'notes.txt') } },
    { tool: 'Write', input: { file_path: join(folder, 'written.txt'), content: 'written by the agent\n' } },
    {
      tool: 'Bash',
      input: { command: `echo ran > ${join(folder, 'ran.txt')}`, description: 'Leave a mark' },
    },
  ],
  setUp: ({ portside, model }) => ({
    args: [
      ...['-p', PROMPT, '--model', model],
      ...['--permission-mode', 'bypassPermissions', '--output-format', 'json'],
    ],
    env: {
      ANTHROPIC_BASE_URL: portside.url,
      ANTHROPIC_AUTH_TOKEN: TEST_KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      IS_SANDBOX: '1',
    },
  }),
})
