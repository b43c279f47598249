import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink as FetchLink } from '@orpc/client/fetch'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { controlContract } from '../../contract/control-contract.ts'
import { createControlApiHandler, createControlHttpHandler } from './control-http-handler.ts'
import { createControlOpenApi } from './control-openapi.ts'
import { type Given, makePorts } from './control-ports.test-support.ts'
import { type ControlRouter, createControl } from './create-control.ts'
import { serveControlPort } from './serve-control-port.ts'

type Client = ContractRouterClient<typeof controlContract>

const KEY = 'sk-proj-4fK9mQ7xLr2TzVb8WnYc'
const WORK = {
  id: 'work',
  type: 'openai-chat' as const,
  baseUrl: 'https://api.example.com/v1',
  models: ['gpt-5'],
}

function overPort(router: ControlRouter): Client {
  const { port1, port2 } = new MessageChannel()
  serveControlPort(router, port1)
  port1.start()
  port2.start()
  onTestFinished(() => port1.close())
  return createORPCClient(new PortLink({ port: port2 }))
}

async function listen(router: ControlRouter): Promise<string> {
  const [rpc, api] = [createControlHttpHandler(router), createControlApiHandler(router)]
  const server = createServer((request, response) => {
    void (request.url?.startsWith('/control/api') ? api : rpc)(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return `http://127.0.0.1:${address.port}`
}

const TRANSPORTS: Record<string, (router: ControlRouter) => Client | Promise<Client>> = {
  'a message port': overPort,
  HTTP: async (router) => createORPCClient(new FetchLink({ url: `${await listen(router)}/control/rpc` })),
  'a call in the same process': (router) => createRouterClient(router, { context: {} }),
}

async function codeOf(work: Promise<unknown>): Promise<[string, string]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ORPCError) return [error.code, error.message]
  throw new Error(`expected an error of the contract, got ${String(error)}`)
}

async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5_000
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error('it did not come to pass')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe.each(Object.keys(TRANSPORTS))('the control plane over %s', (name) => {
  async function open(given: Given = {}) {
    const made = await makePorts(given)
    const connect = TRANSPORTS[name]
    if (connect === undefined) throw new Error(name)
    const client = await connect(createControl(made.ports))
    return { ...made, client }
  }

  it('starts, stops and tells the status', async () => {
    const { client } = await open()
    expect((await client.proxy.start()).state).toBe('running')
    expect((await client.status.get()).state).toBe('running')
    expect((await client.proxy.stop()).state).toBe('stopped')
  })

  it('does not stop a proxy whose control address would go with it, and tells why one does not start', async () => {
    const { client } = await open({
      canStop: false,
      startFails: new Error('port 9090 is held by node (4711)'),
    })
    expect((await codeOf(client.proxy.stop()))[0]).toBe('FORBIDDEN')
    expect(await codeOf(client.proxy.start())).toEqual(['CONFLICT', 'port 9090 is held by node (4711)'])
  })

  it('follows the status at most ten times a second, and lets go when the reader leaves', async () => {
    const { client, lifecycle } = await open()
    const leaving = new AbortController()
    const start = performance.now()
    const seen: number[] = []
    const timer = setInterval(() => lifecycle.count(), 3)
    onTestFinished(() => clearInterval(timer))
    for await (const { requests } of await client.status.feed(undefined, { signal: leaving.signal })) {
      seen.push(requests)
      if (seen.length === 4) break
    }
    expect(performance.now() - start).toBeGreaterThan(280)
    expect(seen.toSorted((one, other) => one - other)).toEqual(seen)
    leaving.abort()
    await until(() => lifecycle.listeners.size === 0)
  })

  it('adds, changes, tries and removes an account, and seals its secret', async () => {
    const { client, ports, tests } = await open()
    await client.providers.add(WORK)
    const added = await client.accounts.add({ provider: 'work', name: 'main', apiKey: KEY })
    expect(added).toMatchObject({ provider: 'work', name: 'main', enabled: true, credentialHint: 'WnYc' })
    expect(ports.credentials.secretValues()).toContain(KEY)
    const changed = await client.accounts.update({ id: added.id, enabled: false, weight: 3 })
    expect(changed).toMatchObject({ name: 'main', enabled: false, weight: 3 })
    expect(await client.accounts.test({ id: added.id })).toMatchObject({ success: true })
    expect(tests.map(({ id }) => id)).toEqual([added.id])
    expect(await client.accounts.list()).toEqual([changed])
    await client.accounts.remove({ id: added.id })
    expect(await client.accounts.list()).toEqual([])
    expect(ports.credentials.ids()).toEqual([])
  })

  it('says what is wrong with an account', async () => {
    const { client } = await open()
    await client.providers.add(WORK)
    await client.accounts.add({ provider: 'work', name: 'main', apiKey: KEY })
    await client.accounts.add({ provider: 'work', email: 'a@b.c', password: 'pass' })
    const faults = [
      client.accounts.add({ provider: 'wrok', apiKey: KEY }),
      client.accounts.add({ provider: 'work' }),
      client.accounts.add({ provider: 'work', password: 'pass' }),
      client.accounts.add({ provider: 'work', name: 'main', apiKey: KEY }),
      client.accounts.add({ provider: 'work', email: 'a@b.c', password: 'other' }),
      client.accounts.update({ id: 'nobody', enabled: true }),
      client.accounts.test({ id: 'nobody' }),
      client.accounts.remove({ id: 'nobody' }),
      client.accounts.update({ id: '', weight: -1 }),
    ]
    const answers = await Promise.all(faults.map(codeOf))
    expect(answers.map(([code]) => code)).toEqual([
      'BAD_REQUEST',
      'BAD_REQUEST',
      'BAD_REQUEST',
      'CONFLICT',
      'CONFLICT',
      'NOT_FOUND',
      'NOT_FOUND',
      'NOT_FOUND',
      'BAD_REQUEST',
    ])
    expect(JSON.stringify(answers)).not.toContain(KEY)
  })

  it('ends an account test when the caller leaves', async () => {
    const { client, ports, tests } = await open()
    await ports.settings.update((now) => ({
      ...now,
      accounts: [{ id: 'slow', provider: 'demo', enabled: true, priority: 0, weight: 1 }],
    }))
    const leaving = new AbortController()
    const result = client.accounts.test({ id: 'slow' }, { signal: leaving.signal }).catch(() => 'left')
    await until(() => tests.length === 1)
    leaving.abort()
    expect(await result).toBe('left')
    await until(() => tests[0]?.signal.aborted === true)
  })

  it('makes a key whose text is told once, and takes it back', async () => {
    const { client } = await open({ env: { PORTSIDE_API_KEY: 'ps-environment-key-0123456789' } })
    const { key, secret } = await client.keys.add({ name: 'Cline', models: ['gpt-*'] })
    expect(secret).toMatch(/^ps-[A-Za-z0-9_-]{43}$/)
    expect(key).toMatchObject({
      name: 'Cline',
      models: ['gpt-*'],
      masked: `ps-…${secret.slice(-4)}`,
      isWeak: false,
    })
    expect((await client.keys.list()).map((one) => [one.name, one.lastUsedAt])).toEqual([
      ['Cline', null],
      ['environment', 1_234],
    ])
    expect((await codeOf(client.keys.add({ name: 'Cline' })))[0]).toBe('CONFLICT')
    expect((await codeOf(client.keys.remove({ id: 'environment' })))[0]).toBe('FORBIDDEN')
    await client.keys.remove({ id: key.id })
    expect((await codeOf(client.keys.remove({ id: key.id })))[0]).toBe('NOT_FOUND')
  })

  it('adds and removes providers, but none with accounts', async () => {
    const { client } = await open()
    expect(await client.providers.add(WORK)).toMatchObject({ id: 'work', baseUrl: WORK.baseUrl })
    const { id } = await client.accounts.add({ provider: 'work', apiKey: KEY })
    expect(await codeOf(client.providers.remove({ id: 'work' }))).toEqual([
      'CONFLICT',
      expect.stringContaining('accounts'),
    ])
    await client.accounts.remove({ id })
    await client.providers.remove({ id: 'work' })
    const faults = [
      client.providers.remove({ id: 'work' }),
      client.providers.remove({ id: 'demo' }),
      client.providers.add({ ...WORK, id: 'demo' }),
      client.providers.add({ ...WORK, baseUrl: 'https://user:pass@api.example.com' }),
      client.providers.add({ ...WORK, baseUrl: 'file:///etc/passwd' }),
    ]
    expect((await Promise.all(faults.map(codeOf))).map(([code]) => code)).toEqual([
      'NOT_FOUND',
      'FORBIDDEN',
      'CONFLICT',
      'BAD_REQUEST',
      'BAD_REQUEST',
    ])
  })

  it('replaces whole sections of the settings, and names what does not fit', async () => {
    const { client, ports } = await open()
    const before = await client.settings.get()
    const after = await client.settings.update({
      pool: { strategy: 'sticky' },
      log: { ...before.log, maxRows: 5 },
    })
    expect(after).toEqual({
      ...before,
      pool: { ...before.pool, strategy: 'sticky' },
      log: { ...before.log, maxRows: 5 },
    })
    expect(ports.settings.get().pool.strategy).toBe('sticky')
    const faults = [
      client.settings.update({ pol: {} }),
      client.settings.update({ keys: [] }),
      client.settings.update({ server: { prot: 1 } }),
      client.settings.update({ server: { auth: 'off', cors: { mode: 'any' } } }),
    ]
    expect(await Promise.all(faults.map(codeOf))).toEqual([
      ['BAD_REQUEST', expect.stringContaining('did you mean "pool"?')],
      ['BAD_REQUEST', expect.stringContaining('keys')],
      ['BAD_REQUEST', 'server.prot: unknown key; did you mean "port"?'],
      ['BAD_REQUEST', expect.stringContaining('server.cors.mode')],
    ])
  })

  it('says that settings from the environment cannot be saved', async () => {
    const { client } = await open({ env: { PORTSIDE_CONFIG_JSON: '{}' } })
    expect(await codeOf(client.keys.add({ name: 'Cline' }))).toEqual([
      'FORBIDDEN',
      expect.stringContaining('PORTSIDE_CONFIG_JSON'),
    ])
  })

  it('detaches the secrets of a provider that was led to another host (SEC-12b)', async () => {
    const { client, ports } = await open()
    await client.providers.add(WORK)
    await client.accounts.add({ provider: 'work', apiKey: KEY })
    const lead = async (baseUrl: string) => {
      const { providers } = await client.settings.get()
      await client.settings.update({ providers: providers.map((one) => ({ ...one, baseUrl })) })
      return ports.credentials.secretValues().includes(KEY)
    }
    expect(await lead('https://api.example.com/v2')).toBe(true)
    expect(await lead('https://evil.example/v1')).toBe(false)
    expect(await lead('https://api.example.com/v1')).toBe(false)
    expect((await client.accounts.list())[0]?.credentialHint).toBeNull()
  })

  it('sends a session to no other pages, and lets nobody name a program to start (SEC-12)', async () => {
    const { client, ports } = await open()
    const cursor = { id: 'cursor', type: 'cursor' as const, options: { runs: 2 } }
    await client.settings.update({ providers: [cursor] })
    await client.accounts.add({ provider: 'cursor', apiKey: KEY })
    const set = (options: object) => client.settings.update({ providers: [{ ...cursor, options }] })
    for (const name of ['cliPath', 'sdkPath'])
      expect(await codeOf(set({ [name]: '/tmp/anything' }))).toEqual([
        'FORBIDDEN',
        expect.stringContaining(`options.${name} is set in the configuration file alone`),
      ])
    await set({ runs: 3 })
    expect(ports.credentials.secretValues()).toContain(KEY)
    await set({ runs: 3, webUrl: 'https://evil.example' })
    expect(ports.credentials.secretValues()).not.toContain(KEY)
  })

  it('shows the log, follows it, and wipes it', async () => {
    const { client, ports } = await open()
    const row = ports.log.open({ id: 'a', method: 'POST', path: '/v1/messages', modelIn: 'claude' })
    const leaving = new AbortController()
    const states: string[] = []
    for await (const { entries } of await client.log.feed({ after: 0 }, { signal: leaving.signal })) {
      states.push(...entries.map(({ state }) => state))
      if (states.length === 1) row.close({ state: 'failed', status: 502 })
      else break
    }
    leaving.abort()
    expect(states).toEqual(['receiving', 'failed'])
    expect((await client.log.list({ text: 'CLAUDE', state: 'failed' })).map(({ id }) => id)).toEqual(['a'])
    expect((await client.log.get({ id: 'a' })).entry.status).toBe(502)
    expect((await codeOf(client.log.get({ id: 'b' })))[0]).toBe('NOT_FOUND')
    await client.log.clear()
    expect(await client.log.list({})).toEqual([])
  })

  it('never lets a secret out, but a new key once (SEC-21)', async () => {
    const password = 'canary-password-123456'
    const header = 'canary-header-value-123456'
    const environmentKey = 'ps-canary-environment-0123456789'
    const { client, ports } = await open({
      env: { PORTSIDE_API_KEY: environmentKey, PORTSIDE_ADMIN_KEY: 'canary-admin-key-0123456789' },
    })
    await client.providers.add(WORK)
    await client.accounts.add({ provider: 'work', name: 'one', apiKey: KEY })
    await client.accounts.add({ provider: 'work', email: 'a@b.c', password })
    const { secret } = await client.keys.add({ name: 'Cline' })
    await client.settings.update({
      providers: [
        { ...WORK, headers: { 'x-team': header }, proxyUrl: 'http://user:canary-proxy@proxy.lan:3128' },
      ],
    })
    ports.log
      .open({ id: KEY, method: 'POST', path: `/v1?key=${KEY}` })
      .close({ state: 'failed', errorMessage: KEY })
    const feed = await client.log.feed({ after: 0 })
    const seen = JSON.stringify([
      await client.accounts.list(),
      await client.keys.list(),
      await client.providers.list(),
      await client.settings.get(),
      await client.status.get(),
      await client.log.list({}),
      await feed.next(),
    ])
    await feed.return()
    for (const canary of [
      KEY,
      password,
      header,
      environmentKey,
      secret,
      'canary-admin',
      'canary-proxy',
      'scrypt:',
    ]) {
      expect(seen).not.toContain(canary)
    }
  })

  it('takes masked settings back without losing what was masked', async () => {
    const { client, ports } = await open({})
    const proxyUrl = 'http://user:pass@proxy.lan:3128'
    const provider = { ...WORK, headers: { 'x-team': 'value' }, proxyUrl }
    await client.settings.update({ providers: [provider] })
    const { providers } = await client.settings.get()
    await client.settings.update({ providers })
    expect(ports.settings.get().providers[0]).toMatchObject({ headers: { 'x-team': 'value' }, proxyUrl })
    await client.settings.update({
      providers: providers.map((one) => ({ ...one, baseUrl: 'https://evil.example' })),
    })
    expect(ports.settings.get().providers[0]?.headers).toEqual({})
  })
})

describe('HTTP alone', () => {
  it('answers what it does not know with 404', async () => {
    const origin = await listen(createControl((await makePorts()).ports))
    const answer = await fetch(`${origin}/control/rpc/nothing/here`, { method: 'POST', body: '{}' })
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'NOT_FOUND' }])
  })

  it('offers the same as plain JSON, as the OpenAPI document says', async () => {
    const origin = await listen(createControl((await makePorts()).ports))
    const made = await fetch(`${origin}/control/api/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Cline"}',
    })
    expect(await made.json()).toMatchObject({ key: { name: 'Cline' }, secret: expect.stringMatching(/^ps-/) })
    expect(await (await fetch(`${origin}/control/api/keys`)).json()).toHaveLength(1)
    expect((await fetch(`${origin}/control/api/log/entries/none`)).status).toBe(404)
  })
})

describe('docs/control.openapi.json', () => {
  it('is what the contract says today', async () => {
    const committed = await readFile(new URL('../../docs/control.openapi.json', import.meta.url), 'utf8')
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(await createControlOpenApi())))
  })
})
