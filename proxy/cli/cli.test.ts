import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createControlHttpHandler } from '../control/control-http-handler.ts'
import { makePorts } from '../control/control-ports.test-support.ts'
import { createControl } from '../control/create-control.ts'
import { createConfigSchema } from '../settings/config-schema.ts'
import { makeTemporaryHome } from '../settings/temporary-home.test-support.ts'
import type { CliWorld } from './cli-world.ts'
import type { CliProxy, ProxyDoor } from './proxy-door.ts'
import { runCli } from './run-cli.ts'

const KEY = 'sk-proj-4fK9mQ7xLr2TzVb8WnYc'

type Change = Partial<Omit<CliWorld, 'stdin'>> & { readonly input?: string }

/** A machine of its own: no real process, stream or browser is touched. */
async function makeWorld({ input = '', ...change }: Change = {}) {
  const home = await makeTemporaryHome()
  const seen = {
    out: '',
    err: '',
    opened: [] as string[],
    exits: [] as number[],
    listeners: new Set<() => void>(),
  }
  const stdin = new PassThrough()
  stdin.end(input)
  const world: CliWorld = {
    env: {},
    platform: 'linux',
    userHome: home,
    version: '0.1.0',
    uiDirectory: '/nowhere',
    stdin,
    write(text) {
      seen.out += text
    },
    remark(text) {
      seen.err += text
    },
    createProxy: doorOnFiles(),
    onStopSignal(listener) {
      seen.listeners.add(listener)
      return () => void seen.listeners.delete(listener)
    },
    exitNow: (code) => void seen.exits.push(code),
    openBrowser: (url) => void seen.opened.push(url),
    ...change,
  }
  const folder = join(home, '.local/share/portside')
  const run = (...args: string[]) => runCli(args, world)
  const signal = () => {
    for (const tell of seen.listeners) tell()
  }
  return { home: folder, run, seen, signal, world, json: () => JSON.parse(seen.out) }
}

/** The door as the proxy opens it, on real settings and credentials. */
function doorOnFiles(change: Partial<CliProxy> = {}): ProxyDoor {
  return async ({ home, env, flags }) => {
    const { ports } = await makePorts({ home, env, flags, canStop: false })
    return {
      start: ports.lifecycle.start,
      stop: async () => void (await ports.lifecycle.stop()),
      status: ports.lifecycle.status,
      control: createControl(ports),
      firstKey: null,
      adminKey: null,
      close: () => ports.log.close(),
      ...change,
    }
  }
}

/** A proxy that runs in that home, with its control file. */
async function runProxyIn(home: string) {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const made = await makePorts()
  const handle = createControlHttpHandler(createControl(made.ports))
  const token = 'the-token-of-this-run'
  const server = createServer((request, response) => {
    if (request.headers.authorization === `Bearer ${token}`) return void handle(request, response)
    response.writeHead(401).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(close)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  const url = `http://127.0.0.1:${address.port}/control`
  const write = (change: object = {}) =>
    writeFile(
      join(home, 'control.json'),
      JSON.stringify({ url, token, pid: process.pid, instance: 'x', ...change }),
    )
  await write()
  return { ...made, write, close }
}

async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error('it did not come to pass')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('keys, accounts and providers without a running proxy', () => {
  it('are kept in the files of the home', async () => {
    const { run, seen, home } = await makeWorld()
    expect(await run('keys', 'add', 'Cline', '--model', 'gpt-*')).toBe(0)
    expect(seen.out).toMatch(/^ps-[A-Za-z0-9_-]{43}\n$/)
    const key = seen.out.trim()
    seen.out = ''
    expect(await run('keys', 'list')).toBe(0)
    expect(seen.out).toMatch(
      /^id +name +key +models +last used\nkey-[0-9a-f]{12} +Cline +ps-….{4} +gpt-\* +–\n$/,
    )
    expect(await readFile(join(home, 'config.json'), 'utf8')).not.toContain(key)
    const id = /key-\S+/.exec(seen.out)?.[0] ?? ''
    expect(await run('keys', 'remove', id)).toBe(0)
    seen.out = ''
    await run('keys', 'list', '--json')
    expect(JSON.parse(seen.out)).toEqual([])
  })

  it('take a secret from a pipe, and never show it again (SEC-24)', async () => {
    const { run, seen, home } = await makeWorld({ input: `${KEY}\n` })
    expect(await run('accounts', 'add', '--provider', 'openai', '--name', 'main', '--json')).toBe(0)
    expect(JSON.parse(seen.out)).toMatchObject({ provider: 'openai', name: 'main', credentialHint: 'WnYc' })
    await run('accounts', 'list')
    await run('accounts', 'test', 'main')
    expect(seen.out).toContain('it works (5 ms)')
    await run('accounts', 'remove', 'main')
    expect(seen.out + seen.err).not.toContain(KEY)
    expect(await readFile(join(home, 'config.json'), 'utf8')).not.toContain(KEY)
    expect(await readFile(join(home, 'credentials.json'), 'utf8')).not.toContain(KEY)
  })

  it('take a secret from a named variable', async () => {
    const { run, seen } = await makeWorld({ env: { MY_KEY: KEY } })
    expect(await run('accounts', 'add', '--provider', 'openai', '--api-key-env', 'MY_KEY')).toBe(0)
    expect(await run('accounts', 'add', '--provider', 'openai', '--api-key-env', 'NO_KEY')).toBe(2)
    expect(seen.err).toContain('NO_KEY is not set')
  })

  it.each([
    ['a token', [], { token: KEY }],
    ['a password', ['--email', 'nora@example.test'], { email: 'nora@example.test', password: KEY }],
  ])(
    'take %s for DeepSeek’s web, and say before it is asked for what such an account is',
    async (_what, more, sealed) => {
      const { run, seen, home } = await makeWorld({ input: `${KEY}\n` })
      expect(await run('accounts', 'add', '--provider', 'deepseek-web', ...more, '--json')).toBe(0)
      expect(seen.err).toMatch(/outside its intended use.*supported way is an API key/)
      const { email, ...secret } = sealed as { email?: string }
      const config = JSON.parse(await readFile(join(home, 'config.json'), 'utf8'))
      expect(config.accounts).toEqual([
        expect.objectContaining({ provider: 'deepseek-web', ...(email === undefined ? {} : { email }) }),
      ])
      expect(Object.keys(secret)).toHaveLength(1)
      for (const field of ['token', 'password', 'apiKey'])
        expect(config.accounts[0]).not.toHaveProperty(field)
      expect(seen.out + seen.err).not.toContain(KEY)
    },
  )

  it('take a key for Cursor, and say before it is asked for what such an account is', async () => {
    const cookie = 'user_01NORA%3A%3AeyJhbGciOiJIUzI1NiJ9.e30.c2ln'
    const { run, seen, home } = await makeWorld({ input: `${KEY}\n`, env: { CURSOR_SESSION: cookie } })
    const session = ['--session-env', 'CURSOR_SESSION']
    expect(await run('accounts', 'add', '--provider', 'cursor', ...session, '--json')).toBe(0)
    expect(seen.err).toMatch(/Cursor's own command line or SDK.*your own API key.*charged to your plan/)
    const config = await readFile(join(home, 'config.json'), 'utf8')
    expect(JSON.parse(config).accounts).toEqual([expect.objectContaining({ provider: 'cursor' })])
    expect(seen.out + seen.err + config).not.toMatch(new RegExp(`${KEY}|eyJhbGci`))
    expect(await run('accounts', 'add', '--provider', 'cursor', '--token')).toBe(2)
    expect(await run('accounts', 'add', '--provider', 'openai', ...session)).toBe(2)
  })

  it('take no secret as an argument, where every user of the machine could read it', async () => {
    const { run, seen } = await makeWorld()
    expect(await run('accounts', 'add', '--provider', 'openai', '--api-key', KEY)).toBe(2)
    expect(await run('accounts', 'add', KEY, '--provider', 'openai')).toBe(2)
    expect(seen.out).toBe('')
  })

  it('add and list servers of your own', async () => {
    const { run, seen } = await makeWorld()
    const add = ['providers', 'add', 'work', '--type', 'openai-chat']
    expect(await run(...add, '--base-url', 'https://api.example.com/v1', '--model', 'a', 'b')).toBe(0)
    await run('providers', 'list')
    expect(seen.out).toMatch(/work +openai-chat +https:\/\/api\.example\.com\/v1/)
    expect(await run('providers', 'add', 'Work!', '--type', 'openai-chat', '--base-url', 'nowhere')).toBe(2)
    expect(seen.err).toContain('id: lower-case letters')
    expect(seen.err).toContain('baseUrl:')
    expect(await run('providers', 'remove', 'work')).toBe(0)
    expect(await run('providers', 'remove', 'work')).toBe(1)
  })
})

describe('with a running proxy', () => {
  it('a command talks to it, and not to the files', async () => {
    const { run, home, json } = await makeWorld({
      createProxy: () => Promise.reject(new Error('two at once')),
    })
    const { ports } = await runProxyIn(home)
    await ports.lifecycle.start()
    expect(await run('status', '--json')).toBe(0)
    expect(json()).toMatchObject({ state: 'running' })
    expect(await run('keys', 'add', 'Cline')).toBe(0)
    expect(ports.settings.get().keys).toHaveLength(1)
  })

  it.each([
    ['of a dead process', { pid: 2 ** 22 + 1 }],
    ['of a port where nobody is', { url: 'http://127.0.0.1:1/control' }],
    ['of another run', { token: 'stale' }],
    ['that is half written', { url: 'nonsense' }],
  ])('a control file %s is ignored', async (_, change) => {
    const { run, home, json } = await makeWorld()
    const { write, ports } = await runProxyIn(home)
    await ports.lifecycle.start()
    await write(change)
    expect(await run('status', '--json')).toBe(0)
    expect(json()).toMatchObject({ state: 'stopped' })
  })

  it('`logs` prints one aligned line for each request', async () => {
    const { run, home, seen } = await makeWorld()
    const { ports } = await runProxyIn(home)
    const row = ports.log.open({
      id: 'a',
      method: 'POST',
      path: '/v1/messages',
      protocol: 'anthropic-messages',
    })
    row.update({ modelIn: 'sonnet', modelOut: 'gpt-5', provider: 'openai', accountName: 'main' })
    row.close({
      state: 'done',
      status: 200,
      inputTokens: 12,
      outputTokens: 340,
      firstByteMs: 210,
      durationMs: 4_210,
    })
    ports.log
      .open({ id: 'b', method: 'POST', path: '/v1/chat/completions', modelIn: 'demo\u001b[31m\nfake' })
      .close({ state: 'failed', status: 502, errorMessage: 'upstream is away' })
    expect(await run('logs')).toBe(0)
    const lines = seen.out.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}done +200 {2}anthropic-messages {2}sonnet → gpt-5 +openai\/main +12\/340 +210ms +4\.2s$/,
    )
    expect(lines[2]).toMatch(/failed +502 .*upstream is away$/)
    expect(seen.out).not.toContain('\u001b')
    seen.out = ''
    await run('logs', '--failed', '--json')
    expect(JSON.parse(seen.out).map(({ id }: { id: string }) => id)).toEqual(['b'])
    expect(await run('logs', '--limit', '0')).toBe(2)
  })

  it('`logs --follow` goes on until it is told to stop', async () => {
    const { run, home, seen, signal } = await makeWorld()
    const { ports } = await runProxyIn(home)
    const serve = (id: string) =>
      ports.log.open({ id, method: 'POST', path: `/${id}` }).close({ state: 'done' })
    serve('earlier')
    const following = run('logs', '--follow')
    await until(() => seen.out.includes('/earlier'))
    serve('later')
    await until(() => seen.out.includes('/later'))
    signal()
    expect(await following).toBe(0)
    expect(seen.out.split('\n').filter((line) => line.includes('/'))).toHaveLength(3)
  })

  it('`logs --follow` says so when the proxy ends, or none runs', async () => {
    const { run, home, seen } = await makeWorld()
    const { close } = await runProxyIn(home)
    const following = run('logs', '--follow')
    await until(() => seen.out.includes('time'))
    await close()
    expect(await following).toBe(1)
    expect(await run('logs', '--follow')).toBe(1)
    expect(seen.err).toContain('portside serve')
  })
})

describe('portside serve', () => {
  it('tells where it runs, the first key once, the pages and what to try; then drains and ends', async () => {
    const calls: string[] = []
    const createProxy: ProxyDoor = async (options) => {
      calls.push(`${options.flags.host}:${options.flags.port} ${options.uiDirectory}`)
      return await doorOnFiles({
        firstKey: 'ps-first',
        adminKey: 'pa-admin',
        makeTicket: () => 'ticket',
        stop: async () => void calls.push('stop'),
        close: async () => void calls.push('close'),
      })(options)
    }
    const { run, seen, signal } = await makeWorld({ createProxy })
    const serving = run('serve', '--host', '127.0.0.1', '--port', '9191', '--open')
    await until(() => seen.listeners.size > 0)
    expect(seen.out).toContain('http://127.0.0.1:9090/v1')
    expect(seen.out.match(/shown this once: ps-first/g)).toHaveLength(1)
    expect(seen.out).toContain('http://127.0.0.1:9090/ui/')
    expect(seen.out).toContain('curl http://127.0.0.1:9090/v1/chat/completions')
    expect(seen.opened).toEqual(['http://127.0.0.1:9090/ui/#ticket=ticket'])
    signal()
    expect(await serving).toBe(0)
    expect(calls).toEqual(['127.0.0.1:9191 /nowhere', 'stop', 'close'])
    expect(seen.listeners.size).toBe(0)
  })

  it('ends at once on a second signal', async () => {
    const drained = Promise.withResolvers<void>()
    const { run, seen, signal } = await makeWorld({
      createProxy: doorOnFiles({ stop: () => drained.promise }),
    })
    const serving = run('serve')
    await until(() => seen.listeners.size > 0)
    signal()
    expect(seen.exits).toEqual([])
    signal()
    expect(seen.exits).toEqual([1])
    drained.resolve()
    await serving
  })

  it('exits with 3 where the port is taken, and names the holder', async () => {
    const error = Object.assign(new Error('Port 9090 is used by node (4711)'), { code: 'port-in-use' })
    const { run, seen } = await makeWorld({
      createProxy: doorOnFiles({ start: () => Promise.reject(error) }),
    })
    expect(await run('serve')).toBe(3)
    expect(seen.err).toContain('node (4711)')
  })

  it('exits with 1 where the settings are wrong, and names each fault', async () => {
    const { run, seen, home } = await makeWorld()
    await mkdir(home, { recursive: true })
    await writeFile(join(home, 'config.json'), '{"server":{"prot":1},"polo":{}}')
    expect(await run('serve')).toBe(1)
    expect(seen.err).toContain('server.prot: unknown key; did you mean "port"?')
    expect(seen.err).toContain('polo: unknown key; did you mean "pool"?')
  })

  it.each([
    ['--port', '70000'],
    ['--port', 'x'],
    ['--prot', '1'],
  ])('exits with 2 on %s %s', async (...args) => {
    const { run } = await makeWorld()
    expect(await run('serve', ...args)).toBe(2)
  })
})

describe('portside config', () => {
  it('checks a file and tells every fault, or that it is fine', async () => {
    const { run, seen, home } = await makeWorld()
    await mkdir(home, { recursive: true })
    const file = join(home, 'mine.json')
    await writeFile(file, '{"keys":["ps-3q8fhS0r9mVb27LxKJ1zTdQe"]}')
    expect(await run('config', 'check', file)).toBe(0)
    await writeFile(file, '{"server":{"host":"0.0.0.0"}}')
    expect(await run('config', 'check', file)).toBe(1)
    expect(seen.err).toContain('server.allowedHosts')
    seen.out = ''
    await writeFile(file, '{"prot":1}')
    expect(await run('config', 'check', file, '--json')).toBe(1)
    expect(JSON.parse(seen.out)).toEqual({
      valid: false,
      problems: [expect.stringContaining('prot: unknown key')],
    })
    expect(await run('config', 'check', join(home, 'none.json'))).toBe(1)
  })

  it('prints the schema', async () => {
    const { run, json } = await makeWorld()
    expect(await run('config', 'schema')).toBe(0)
    expect(json()).toEqual(JSON.parse(JSON.stringify(createConfigSchema())))
  })
})

describe('the command line itself', () => {
  it.each([
    [['--help'], 0],
    [['--version'], 0],
    [['keys', '--help'], 0],
    [['frobnicate'], 2],
    [['keys', 'frobnicate'], 2],
    [['keys', 'add'], 2],
    [['accounts', 'add'], 2],
    [['keys', 'list', '--jsno'], 2],
  ])('%j exits with %i', async (args, code) => {
    const { run } = await makeWorld()
    expect(await run(...args)).toBe(code)
  })
})
