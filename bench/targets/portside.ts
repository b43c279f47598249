import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withScratch } from './scratch.ts'
import { freePort, spawnTarget } from './spawn.ts'
import { API_PATH, type Gateway } from './target.ts'

const ROOT = join(import.meta.dirname, '../..')
const KEY = 'ps-bench-0123456789abcdef0123456789abcdef'

export type PortsideVariant = {
  readonly name?: string
  /** Which bodies the log keeps; rows it keeps always. */
  readonly bodies?: 'off' | 'errors' | 'all'
  /** False: the tools are not declared and the words of a call stay words. */
  readonly bridges?: false
  /** Where the built program is, and what Node is told. */
  readonly dist?: string
  readonly nodeOptions?: readonly string[]
}

/** Portside as it is installed: the built command line, with keys, a pool of two accounts, and the log on. */
export function portside(variant: PortsideVariant = {}): Gateway {
  const {
    name = 'Portside',
    bodies = 'errors',
    bridges,
    dist = join(ROOT, 'dist'),
    nodeOptions = [],
  } = variant
  return {
    name,
    version: () => JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    async start(upstreamPort) {
      const port = await freePort()
      return withScratch((home) => {
        writeFileSync(join(home, 'config.json'), JSON.stringify(portsideConfig(port, upstreamPort, bodies)))
        const program = [join(dist, 'cli/portside.js'), 'serve', '--home', home]
        return spawnTarget({ name, command: [process.execPath, ...nodeOptions, ...program], port })
      })
    },
    ask(ask) {
      const isBridged = ask.bridge === true && bridges !== false
      return {
        ...ask,
        api: ask.from,
        path: `/${isBridged ? 'bridged' : `mock-${ask.to}`}${API_PATH[ask.from]}`,
        headers: { authorization: `Bearer ${KEY}` },
        tools: isBridged,
      }
    },
  }
}

/** All defaults but for the providers, and for limits that ten thousand connections would meet. */
function portsideConfig(port: number, upstreamPort: number, bodies: string): object {
  const origin = `http://127.0.0.1:${upstreamPort}`
  const shared = { privateNetwork: true, models: ['*'] }
  return {
    server: { port },
    keys: [{ name: 'bench', key: KEY }],
    providers: [
      { id: 'mock-openai-chat', type: 'openai-chat', baseUrl: `${origin}/v1`, ...shared },
      // Not plain `anthropic`: as a path's prefix that names the API.
      { id: 'mock-anthropic', type: 'anthropic', baseUrl: origin, ...shared },
      { id: 'bridged', type: 'openai-chat', baseUrl: `${origin}/v1`, toolMode: 'bridge', ...shared },
    ],
    accounts: ['mock-openai-chat', 'mock-anthropic', 'bridged'].flatMap((provider) =>
      ['a', 'b'].map((name) => ({
        provider,
        name: `${provider} ${name}`,
        apiKey: `sk-bench-${name}-0123456789`,
      })),
    ),
    pool: { perAccountInflight: 10_000, queueSize: 10_000 },
    limits: { connections: 20_000 },
    timeouts: { keepAliveMs: 600_000, headersMs: 60_000 },
    log: { bodies },
  }
}
