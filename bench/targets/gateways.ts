import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, spawnTarget } from './spawn.ts'
import { API_PATH, type Gateway } from './target.ts'

/** Models that the works ask for, for gateways that want to know them before. */
export const MODELS = [
  'small',
  'text-1000000',
  'sse-50',
  'sse-500',
  'sse-5000',
  'call-500',
  'paced-300-50',
  'paced-100-100',
  'paced-500-10',
]

const PEERS = join(import.meta.dirname, '../peers/node_modules')
const NODE = process.execPath

function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'portside-bench-'))
}

function versionOf(peer: string): string {
  return JSON.parse(readFileSync(join(PEERS, peer, 'package.json'), 'utf8')).version
}

/** The mock upstream itself, asked without a gateway: what the rig can do at most. */
export const direct: Gateway = {
  name: 'no gateway',
  translates: false,
  start: (upstreamPort) =>
    Promise.resolve({
      name: 'no gateway',
      version: '',
      port: upstreamPort,
      pid: process.pid,
      startMs: 0,
      close: () => Promise.resolve(),
    }),
  ask: (ask) => ({ ...ask, api: ask.to, path: API_PATH[ask.to] }),
}

export const pipe: Gateway = {
  name: 'bare Node pipe',
  translates: false,
  async start(upstreamPort) {
    const port = await freePort()
    const script = join(import.meta.dirname, 'pipe.ts')
    return spawnTarget({
      name: 'bare Node pipe',
      version: process.version,
      command: [NODE, script, String(port), String(upstreamPort)],
      port,
    })
  },
  ask: direct.ask,
}

export const nginx: Gateway = {
  name: 'nginx',
  translates: false,
  async start(upstreamPort) {
    const port = await freePort()
    const home = scratch()
    const config = join(home, 'nginx.conf')
    writeFileSync(config, nginxConfig(home, port, upstreamPort))
    return spawnTarget({
      name: 'nginx',
      version: 'Debian',
      command: ['/usr/sbin/nginx', '-p', home, '-c', config, '-g', 'daemon off; master_process off;'],
      port,
    })
  },
  ask: direct.ask,
}

function nginxConfig(home: string, port: number, upstreamPort: number): string {
  return `
worker_processes 1; pid ${home}/pid; error_log stderr crit;
events { worker_connections 20000; }
http {
  access_log off; client_max_body_size 50m; client_body_buffer_size 1m; keepalive_requests 1000000;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/f;
  uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
  upstream mock { server 127.0.0.1:${upstreamPort}; keepalive 1024; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=16384;
    location / {
      proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header connection ""; proxy_buffering off;
    }
  }
}`
}

/** What Portside's log keeps of bodies; `none` is the log with rows only. */
type LogBodies = 'off' | 'errors' | 'all'

const KEY = 'ps-bench-0123456789abcdef0123456789abcdef'

/** Portside as it is installed: the built command line, with keys, pool and log on. */
export function portside(name = 'Portside', bodies: LogBodies = 'errors'): Gateway {
  return {
    name,
    async start(upstreamPort) {
      const port = await freePort()
      const home = scratch()
      writeFileSync(join(home, 'config.json'), JSON.stringify(portsideConfig(port, upstreamPort, bodies)))
      const root = join(import.meta.dirname, '../..')
      return spawnTarget({
        name,
        version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
        command: [NODE, join(root, 'dist/cli/portside.js'), 'serve', '--home', home],
        port,
      })
    },
    ask: (ask) => ({
      ...ask,
      api: ask.from,
      path: `/${ask.bridge === true ? 'bridged' : ask.to}${API_PATH[ask.from]}`,
      headers: { authorization: `Bearer ${KEY}` },
      tools: ask.bridge === true,
    }),
  }
}

function portsideConfig(port: number, upstreamPort: number, bodies: LogBodies): object {
  const origin = `http://127.0.0.1:${upstreamPort}`
  const shared = { privateNetwork: true, models: ['*'] }
  return {
    server: { port },
    keys: [{ name: 'bench', key: KEY }],
    providers: [
      { id: 'openai-chat', type: 'openai-chat', baseUrl: `${origin}/v1`, ...shared },
      { id: 'anthropic', type: 'anthropic', baseUrl: origin, ...shared },
      { id: 'bridged', type: 'openai-chat', baseUrl: `${origin}/v1`, toolMode: 'bridge', ...shared },
    ],
    accounts: ['openai-chat', 'anthropic', 'bridged'].flatMap((provider) =>
      ['a', 'b'].map((name) => ({ provider, name: `${provider} ${name}`, apiKey: `sk-bench-${name}-0123456789` })),
    ),
    pool: { perAccountInflight: 10_000, queueSize: 10_000 },
    limits: { connections: 20_000 },
    log: { bodies },
  }
}

export const portkey: Gateway = {
  name: 'Portkey gateway',
  rewrites: true,
  async start(upstreamPort) {
    const port = await freePort()
    return spawnTarget({
      name: 'Portkey gateway',
      version: versionOf('@portkey-ai/gateway'),
      command: [NODE, join(PEERS, '@portkey-ai/gateway/build/start-server.js'), `--port=${port}`, '--headless'],
      port,
      env: { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: `127.0.0.1,127.0.0.1:${upstreamPort}` },
    })
  },
  ask: (ask) => ({
    ...ask,
    api: 'openai-chat',
    path: API_PATH['openai-chat'],
    headers: { authorization: 'Bearer sk-bench', 'x-portkey-provider': ask.to === 'anthropic' ? 'anthropic' : 'openai', 'x-portkey-custom-host': `http://127.0.0.1:${ask.upstreamPort}/v1` },
  }),
}

/** Portkey does not take Anthropic's API; the other way round is the nearest work that it does. */
export const portkeyTranslating: Gateway = {
  ...portkey,
  name: 'Portkey gateway, OpenAI in, Anthropic up',
  ask: (ask) => portkey.ask({ ...ask, from: ask.to, to: ask.from }),
}

export const claudeCodeRouter: Gateway = {
  name: 'claude-code-router',
  async start(upstreamPort) {
    const port = await freePort()
    const home = scratch()
    mkdirSync(join(home, '.claude-code-router'))
    const config = {
      HOST: '127.0.0.1',
      PORT: port,
      APIKEY: KEY,
      LOG: false,
      Providers: [
        {
          name: 'mock',
          api_base_url: `http://127.0.0.1:${upstreamPort}/v1/chat/completions`,
          api_key: 'sk-bench',
          models: MODELS,
        },
      ],
      Router: { default: 'mock,small' },
    }
    writeFileSync(join(home, '.claude-code-router/config.json'), JSON.stringify(config))
    return spawnTarget({
      name: 'claude-code-router',
      version: versionOf('@musistudio/claude-code-router'),
      command: [NODE, join(PEERS, '@musistudio/claude-code-router/dist/cli.js'), 'start'],
      port,
      env: { HOME: home, SERVICE_PORT: String(port) },
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

/** By the names that the works use. */
export const GATEWAYS: Readonly<Record<string, Gateway>> = {
  direct,
  pipe,
  nginx,
  portside: portside(),
  'portside-log-off': portside('Portside, bodies off', 'off'),
  'portside-log-all': portside('Portside, all bodies logged', 'all'),
  portkey,
  'portkey-translating': portkeyTranslating,
  ccr: claudeCodeRouter,
}
