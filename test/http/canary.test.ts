import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendJson, startUpstream, type Upstream } from '../simulators/upstream.ts'
import { listenToConsoles } from '../support/listen-to-consoles.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

/** Secrets that Portside knows by value: accounts', a provider's header, a base URL's, the local key. */
const KNOWN = {
  account: 'canary-account-5Zq8Lw2Xc7Vb1Nm4',
  second: 'canary-second-9Rt3Yh6Uj1Ik8Ol5',
  header: 'canary-header-2Ws5Ed8Rf1Tg4Yh7',
  local: TEST_KEY,
}

/** Secrets of strangers, known by their shape alone. */
const SHAPED = {
  openai: `sk-proj-${'A1b2C3d4'.repeat(5)}`,
  anthropic: `sk-ant-api03-${'Zx9Yw8Vu'.repeat(5)}`,
  google: `AIza${'Qw3Er4Ty5Ui6'.repeat(3).slice(0, 35)}`,
  github: `ghp_${'Mn7Bv6Cx'.repeat(5).slice(0, 36)}`,
  jwt: `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxMjM0NTY3ODkwIn0'}.${'c2lnbmF0dXJl'.repeat(3)}`,
}

const SECRETS = [...Object.values(KNOWN), ...Object.values(SHAPED)]

let upstream: Upstream
let portside: RunningPortside

beforeAll(async () => {
  // An upstream that repeats in its error everything it was sent, as some do.
  upstream = await startUpstream((request, response, index) => {
    const echoed = `bad key ${request.headers.authorization} ${request.headers['x-vendor-secret']} in ${request.text}`
    if (index % 2 === 0)
      return sendJson(response, 401, { error: { message: echoed, type: 'auth', code: null } })
    return sendJson(response, 200, {
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: `you said ${request.text}` },
          finish_reason: 'stop',
        },
      ],
    })
  })
  portside = await startPortside({
    log: { bodies: 'all' },
    providers: [
      {
        id: 'sim',
        type: 'openai-chat',
        baseUrl: `${upstream.url}/v1`,
        models: ['m'],
        privateNetwork: true,
        headers: { 'x-vendor-secret': KNOWN.header },
      },
    ],
    accounts: [
      { provider: 'sim', name: 'one', apiKey: KNOWN.account },
      { provider: 'sim', name: 'two', apiKey: KNOWN.second },
    ],
    cooldown: { enabled: false },
  })
})
afterAll(async () => {
  await portside.stop()
  await upstream.close()
})

/** Sends every secret in every place that a client can reach. */
async function plantEverywhere(): Promise<string[]> {
  const seen: string[] = []
  for (const secret of SECRETS) {
    const body = {
      model: 'm',
      messages: [{ role: 'user', content: `my key is ${secret} and "${secret}"` }],
      user: secret,
      metadata: { note: secret },
    }
    const places: [path: string, body: unknown, headers: Record<string, string>][] = [
      ['/v1/chat/completions', body, {}],
      ['/v1/messages', { ...body, max_tokens: 5, system: secret }, {}],
      ['/v1/chat/completions', { ...body, model: secret }, {}],
      [`/v1/chat/completions?key=${secret}`, body, {}],
      [`/v1/nowhere/${secret}`, body, {}],
      [
        '/v1/chat/completions',
        body,
        {
          'user-agent': secret,
          cookie: `session=${secret}`,
          referer: `https://x.example/?token=${secret}`,
          'x-portside-account': secret,
        },
      ],
      ['/v1/chat/completions', body, { authorization: `Bearer ${secret}` }],
      ['/v1/chat/completions', body, { 'x-api-key': secret, authorization: '' }],
      ['/v1/chat/completions', `{"model":"${secret}`, {}],
    ]
    for (const [path, given, headers] of places) {
      const response = await portside.post(path, given, { headers })
      seen.push(JSON.stringify([...response.headers]))
      const text = await response.text()
      // An answer may repeat what its own client wrote, but never what only Portside knows.
      seen.push(
        secret === KNOWN.account || secret === KNOWN.second || secret === KNOWN.header ? '' : onlyOurs(text),
      )
    }
  }
  return seen
}

/** An answer with its client's own words left in: only Portside's secrets must not be there. */
function onlyOurs(text: string): string {
  return [KNOWN.account, KNOWN.second, KNOWN.header].some((secret) => text.includes(secret)) ? text : ''
}

function hits(text: string): string[] {
  return SECRETS.filter((secret) =>
    [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
      encodeURIComponent(secret),
    ].some((form) => text.includes(form)),
  )
}

describe('SEC-21: a secret that goes in anywhere comes out nowhere', () => {
  it('not in answers’ headers or bodies, not in the log’s rows, bodies or files, not on the console', async () => {
    const consoles = listenToConsoles()
    let written = ''
    let answers: string[] = []
    try {
      answers = await plantEverywhere()
      await portside.proxy.log.flush()
    } finally {
      written = consoles.restore()
    }
    expect(answers.flatMap(hits)).toEqual([])
    expect(hits(written)).toEqual([])
    const rows = await portside.proxy.log.list({ limit: 500 })
    expect(rows.length).toBeGreaterThan(SECRETS.length * 5)
    expect(hits(JSON.stringify(rows))).toEqual([])
    const bodies = await Promise.all(rows.map((row) => portside.proxy.log.bodies(row.id)))
    expect(bodies.some((body) => body.request?.includes('my key is'))).toBe(true)
    expect(hits(JSON.stringify(bodies))).toEqual([])
    await portside.proxy.stop()
    for (const name of await readdir(portside.home, { recursive: true })) {
      const text = await readFile(join(portside.home, name), 'latin1').catch(() => '')
      expect([name, hits(text)]).toEqual([name, []])
    }
  }, 60_000)
})
