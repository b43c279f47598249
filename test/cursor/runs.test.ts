import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ANSWER } from '../simulators/cursor/scenarios.ts'
import type { SeenRun } from '../simulators/cursor/stand-in.ts'
import { KEY, type Stage, stage, untilListed } from './stage.ts'

let on: Stage
afterEach(() => on.stop())

async function begin(setting: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  on = await stage(setting)
  await untilListed(on)
  return on
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function firstRun(count = 1): Promise<SeenRun> {
  await expect
    .poll(() => on.cursor.runs().length, { interval: 10, timeout: 10_000 })
    .toBeGreaterThanOrEqual(count)
  return on.cursor.runs()[count - 1] as SeenRun
}

describe('a run of the command line', () => {
  it('gets the prompt by standard input and the key by the environment: its arguments hold neither', async () => {
    await begin()
    const prompt = 'A secret of the harbour: the gate’s code is 4711'
    expect((await on.chat(prompt)).status).toBe(200)
    const run = await firstRun()
    expect(run.prompt).toContain(prompt)
    expect(run.apiKey).toBe(KEY)
    expect(run.args.join(' ')).not.toMatch(/4711|crsr_/)
    expect(run.args.filter((arg) => !arg.startsWith('/'))).toEqual(
      '-p --output-format stream-json --stream-partial-output --mode ask --sandbox enabled --trust --model auto --workspace'.split(
        ' ',
      ),
    )
  })

  it('may use no tool: it stands in an empty folder whose permissions deny all, and is gone afterwards', async () => {
    await begin()
    await (await on.chat('hello')).text()
    const run = await firstRun()
    expect(run.cwd).toBe(run.args.at(-1))
    expect(Object.keys(run.files).sort()).toEqual(['cli-config.json', 'cli.json'])
    for (const text of Object.values(run.files))
      expect(JSON.parse(text).permissions).toEqual({
        allow: [],
        deny: ['Shell(*)', 'Read(**)', 'Write(**)', 'WebFetch(*)', 'Mcp(*:*)'],
      })
    expect(run.args).not.toEqual(expect.arrayContaining(['--force']))
    await expect.poll(() => existsSync(run.cwd), { interval: 10 }).toBe(false)
    expect(run.env.CURSOR_CONFIG_DIR).toMatch(/portside-cursor-.{6}.config$/)
  })

  it('gets of Portside’s environment only what programs need', async () => {
    process.env.PORTSIDE_TEST_SECRET = 'canary-in-the-environment'
    process.env.OPENAI_API_KEY = 'canary-of-another-vendor'
    try {
      await begin()
      await (await on.chat('hello')).text()
      const { env } = await firstRun()
      expect(JSON.stringify(env)).not.toContain('canary')
      expect(env).toMatchObject({ PATH: process.env.PATH, CURSOR_API_KEY: KEY, NO_OPEN_BROWSER: '1' })
    } finally {
      delete process.env.PORTSIDE_TEST_SECRET
      delete process.env.OPENAI_API_KEY
    }
  })

  it.each(['hang', 'hang-deaf'])(
    '%s: ends with its process group when the client leaves',
    async (scenario) => {
      await begin()
      const leaving = new AbortController()
      const response = await on.chat(`[[sim:${scenario}]]`, { stream: true }, { signal: leaving.signal })
      const reader = response.body?.getReader()
      await reader?.read()
      const { pid, cwd } = await firstRun()
      expect(isAlive(pid)).toBe(true)
      leaving.abort()
      await expect.poll(() => isAlive(pid), { interval: 20, timeout: 10_000 }).toBe(false)
      await expect.poll(() => existsSync(cwd), { interval: 20, timeout: 10_000 }).toBe(false)
      await expect
        .poll(async () => (await on.portside.proxy.log.list({ limit: 1 }))[0]?.state, { interval: 20 })
        .toBe('cancelled')
    },
  )

  it('ends when it begins to use a tool that would change something', async () => {
    await begin({ settings: { retry: { maxAttempts: 1 } } })
    const response = await on.chat('[[sim:tool-not-allowed]]')
    expect([response.status, (await response.json()).error.message]).toEqual([
      502,
      expect.stringContaining('shellToolCall'),
    ])
    const { pid } = await firstRun()
    await expect.poll(() => isAlive(pid), { interval: 20 }).toBe(false)
  })

  it('ends when Portside does', async () => {
    await begin({ settings: { drain: { graceMs: 0 } } })
    const asked = on.chat('[[sim:hang]]', { stream: true })
    const { pid } = await firstRun()
    await (await asked).body?.cancel()
    await on.portside.proxy.close()
    await expect.poll(() => isAlive(pid), { interval: 20, timeout: 10_000 }).toBe(false)
  })

  it('may not last longer than the limit', async () => {
    await begin({ options: { runLimitMs: 400 }, settings: { retry: { maxAttempts: 1 } } })
    const response = await on.chat('[[sim:hang]]')
    expect([response.status, (await response.json()).error.message]).toEqual([
      504,
      expect.stringContaining('took longer than'),
    ])
    const { pid } = await firstRun()
    await expect.poll(() => isAlive(pid), { interval: 20 }).toBe(false)
  })

  it('waits where as many as may go at once are under way, whatever the account', async () => {
    await begin({
      options: { runs: 1 },
      accounts: [
        { id: 'a', provider: 'cursor', name: 'a', apiKey: `${KEY}a` },
        { id: 'b', provider: 'cursor', name: 'b', apiKey: `${KEY}b` },
      ],
    })
    const leaving = new AbortController()
    const first = on.chat('[[sim:hang]]', { stream: true }, { signal: leaving.signal })
    const { pid } = await firstRun()
    const second = on.chat('hello')
    const third = on.chat('hello')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(on.cursor.runs()).toHaveLength(1)
    leaving.abort()
    await first.catch(() => undefined)
    expect(await Promise.all([second, third].map(async (one) => (await one).status))).toEqual([200, 200])
    expect(isAlive(pid)).toBe(false)
  })

  it('takes a prompt of a megabyte, and refuses one that no model takes', async () => {
    await begin()
    const long = `${'The tide turns. '.repeat(65_536)} [[sim:plain]]`
    const response = await on.chat(long)
    expect((await response.json()).choices[0].message.content).toBe(ANSWER)
    expect((await firstRun()).prompt.length).toBeGreaterThan(1_000_000)
    const refused = await on.chat('x'.repeat(9_000_000))
    expect([refused.status, (await refused.json()).error.code]).toEqual([400, 'context_length_exceeded'])
    expect(on.cursor.runs()).toHaveLength(1)
  })

  it('leaves no folder behind, whatever becomes of it', async () => {
    await begin({ settings: { cooldown: { enabled: false }, retry: { maxAttempts: 1 } } })
    for (const scenario of ['plain', 'key-refused', 'stop-with-code', 'bad-line', 'error-result'])
      await (await on.chat(`[[sim:${scenario}]]`)).text()
    const places = on.cursor.runs().map(({ cwd }) => dirname(cwd))
    expect(places).toHaveLength(5)
    await expect.poll(() => places.filter((place) => existsSync(place)), { interval: 20 }).toEqual([])
  })

  it('says so where pictures are asked of it', async () => {
    await begin()
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
    const response = await on.portside.post('/v1/chat/completions', {
      model: 'auto',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'what is it?' }, image] }],
    })
    expect([response.status, (await response.json()).error.message]).toEqual([
      400,
      expect.stringContaining('pictures'),
    ])
    expect(on.cursor.runs()).toEqual([])
  })
})

describe('a run of the SDK', () => {
  it('has no tools, no settings of the user’s, and a store that is thrown away', async () => {
    await begin({ runner: 'sdk' })
    expect((await on.chat('hello', { model: 'composer-2' })).status).toBe(200)
    const { options } = await firstRun()
    expect(options).toMatchObject({
      apiKey: KEY,
      model: { id: 'composer-2' },
      tools: [],
      mcpServers: {},
      local: { settingSources: [], sandboxOptions: { enabled: true } },
    })
    const { cwd } = await firstRun()
    await expect.poll(() => existsSync(cwd), { interval: 10 }).toBe(false)
  })

  it.each(['hang', 'hang-deaf'])('%s: is cancelled when the client leaves', async (scenario) => {
    await begin({ runner: 'sdk' })
    const leaving = new AbortController()
    const response = await on.chat(`[[sim:${scenario}]]`, { stream: true }, { signal: leaving.signal })
    await response.body?.getReader().read()
    leaving.abort()
    await expect
      .poll(() => on.cursor.runs().at(-1)?.args, { interval: 10, timeout: 10_000 })
      .toEqual(['cancel'])
    await expect
      .poll(async () => (await on.portside.proxy.log.list({ limit: 1 }))[0]?.state, { interval: 20 })
      .toBe('cancelled')
  })
})
