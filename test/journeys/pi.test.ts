import { join } from 'node:path'
import { TEST_KEY } from '../support/start-portside.ts'
import { describeAgent, PROMPT } from './describe-agent.ts'

const APIS = {
  'chat completions': { api: 'openai-completions', base: '/v1' },
  responses: { api: 'openai-responses', base: '/v1' },
  messages: { api: 'anthropic-messages', base: '' },
  gemini: { api: 'google-generative-ai', base: '/v1beta' },
} as const

describeAgent({
  title: 'pi',
  name: 'pi',
  apis: {
    'chat completions': '/v1/chat/completions',
    responses: '/v1/responses',
    messages: '/v1/messages',
    gemini: '/v1beta/models/',
  },
  steps: (folder) => [
    { tool: 'read', input: { path: join(folder, 'notes.txt') } },
    { tool: 'write', input: { path: join(folder, 'written.txt'), content: 'written by the agent\n' } },
    { tool: 'bash', input: { command: `echo ran > ${join(folder, 'ran.txt')}` } },
  ],
  setUp: ({ portside, model }, api) => ({
    args: ['-p', '--provider', 'portside', '--model', model, PROMPT],
    env: { PI_OFFLINE: '1' },
    files: {
      '.pi/agent/models.json': JSON.stringify({
        providers: {
          portside: {
            baseUrl: portside.url + APIS[api].base,
            apiKey: TEST_KEY,
            api: APIS[api].api,
            models: [{ id: model, reasoning: true }],
          },
        },
      }),
    },
  }),
})
