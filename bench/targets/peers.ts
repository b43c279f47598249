import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withScratch } from './scratch.ts'
import { freePort, spawnTarget } from './spawn.ts'
import { API_PATH, type Gateway } from './target.ts'

const PEERS = join(import.meta.dirname, '../peers/node_modules')
const KEY = 'sk-bench-0123456789'

function versionOf(peer: string): string | undefined {
  const file = join(PEERS, peer, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

/** It takes OpenAI's API alone; for another upstream it translates. */
export const portkey: Gateway = {
  name: 'Portkey gateway',
  version: () => versionOf('@portkey-ai/gateway'),
  rewrites: true,
  async start(upstreamPort) {
    const port = await freePort()
    const script = join(PEERS, '@portkey-ai/gateway/build/start-server.js')
    return spawnTarget({
      name: 'Portkey gateway',
      command: [process.execPath, script, `--port=${port}`, '--headless'],
      port,
      env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: `127.0.0.1,127.0.0.1:${upstreamPort}` },
    })
  },
  ask: (ask) => ({
    ...ask,
    api: 'openai-chat',
    path: API_PATH['openai-chat'],
    headers: {
      authorization: `Bearer ${KEY}`,
      'x-portkey-provider': ask.to === 'anthropic' ? 'anthropic' : 'openai',
      'x-portkey-custom-host': `http://127.0.0.1:${ask.upstreamPort}/v1`,
    },
  }),
}

/** Portkey does not take Anthropic's API; the other way round is the nearest work that it does. */
export const portkeyTranslating: Gateway = {
  ...portkey,
  name: 'Portkey gateway, OpenAI in, Anthropic up',
  ask: (ask) => portkey.ask({ ...ask, from: ask.to, to: ask.from }),
}

/** Models that the translating works ask for: it wants to know them before. */
const MODELS = ['small', 'sse-500']

export const claudeCodeRouter: Gateway = {
  name: 'claude-code-router',
  version: () => versionOf('@musistudio/claude-code-router'),
  async start(upstreamPort) {
    const port = await freePort()
    return withScratch((home) => {
      mkdirSync(join(home, '.claude-code-router'))
      writeFileSync(
        join(home, '.claude-code-router/config.json'),
        JSON.stringify({
          HOST: '127.0.0.1',
          PORT: port,
          APIKEY: KEY,
          LOG: false,
          Providers: [
            {
              name: 'mock',
              api_base_url: `http://127.0.0.1:${upstreamPort}/v1/chat/completions`,
              api_key: KEY,
              models: MODELS,
            },
          ],
          Router: { default: 'mock,small' },
        }),
      )
      return spawnTarget({
        name: 'claude-code-router',
        command: [process.execPath, join(PEERS, '@musistudio/claude-code-router/dist/cli.js'), 'start'],
        port,
        env: { HOME: home, SERVICE_PORT: String(port) },
      })
    })
  },
  ask: (ask) => ({
    ...ask,
    api: 'anthropic',
    path: API_PATH.anthropic,
    model: `mock,${ask.model}`,
    headers: { authorization: `Bearer ${KEY}`, 'x-api-key': KEY },
  }),
}
