import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SettingsInput } from '../../contract/settings.ts'
import { matchRoute } from '../../proxy/http/match-route.ts'
import { ROUTES } from '../../proxy/http/route-table.ts'
import { sayAsOpenAiChat } from '../simulators/say.ts'
import { startUpstream, type Upstream } from '../simulators/upstream.ts'
import { rawRequest } from '../support/raw-request.ts'
import { type RunningPortside, startPortside, TEST_KEY } from '../support/start-portside.ts'

const BODY = JSON.stringify({ model: 'sim', messages: [{ role: 'user', content: 'hi' }] })
const PAGE = 'https://page.example'

let upstream: Upstream
beforeAll(async () => {
  upstream = await startUpstream((request, response) => sayAsOpenAiChat(request, response, { text: 'hello' }))
})
afterAll(() => upstream.close())

function startWith(server: SettingsInput['server'] = {}): Promise<RunningPortside> {
  return startPortside({
    server,
    providers: [
      {
        id: 'sim',
        type: 'openai-chat',
        baseUrl: `${upstream.url}/v1`,
        models: ['sim'],
        privateNetwork: true,
      },
    ],
  })
}

type Head = {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly host?: string
}

function rawHead(
  port: number,
  { method = 'GET', path, headers = {}, body = '', host = `127.0.0.1:${port}` }: Head,
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === '' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`
  return `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n${lines.join('')}${length}\r\n${body}`
}

const JSON_TYPE = { 'content-type': 'application/json' }
const KEY = { authorization: `Bearer ${TEST_KEY}` }
const CROSS = { origin: PAGE, 'sec-fetch-site': 'cross-site' }
const CHAT = { method: 'POST', path: '/v1/chat/completions', body: BODY }

describe('SEC-00: who gets in, by mode and caller', () => {
  const MODES: readonly [name: string, server: SettingsInput['server']][] = [
    ['A default', { cors: { origins: ['http://allowed.example'] } }],
    [
      'B publicModelList=nonBrowser',
      { publicModelList: 'nonBrowser', cors: { origins: ['http://allowed.example'] } },
    ],
    ['C publicModelList=on', { publicModelList: 'on', cors: { origins: ['http://allowed.example'] } }],
    ['D cors=any', { cors: { mode: 'any' } }],
    ['E auth=off', { auth: 'off', cors: { origins: ['http://allowed.example'] } }],
    ['F = C + D', { publicModelList: 'on', cors: { mode: 'any' } }],
  ]
  // Status and Access-Control-Allow-Origin ('' = none) for each mode, in the order of MODES.
  const CALLERS: readonly [
    name: string,
    head: Head,
    expected: readonly (readonly [status: number, origin: string])[],
  ][] = [
    [
      'curl, good key, POST chat',
      { ...CHAT, headers: { ...JSON_TYPE, ...KEY } },
      [
        [200, ''],
        [200, ''],
        [200, ''],
        [200, '*'],
        [200, ''],
        [200, '*'],
      ],
    ],
    [
      'curl, no key, GET models',
      { path: '/v1/models' },
      [
        [401, ''],
        [200, ''],
        [200, ''],
        [401, ''],
        [200, ''],
        [200, '*'],
      ],
    ],
    [
      'curl, no key, POST messages',
      { method: 'POST', path: '/v1/messages', body: BODY, headers: JSON_TYPE },
      [
        [401, ''],
        [401, ''],
        [401, ''],
        [401, ''],
        [200, ''],
        [401, ''],
      ],
    ],
    [
      'page of another origin, no key, GET models',
      { path: '/v1/models', headers: CROSS },
      [
        [403, ''],
        [403, ''],
        [403, ''],
        [401, '*'],
        [403, ''],
        [200, '*'],
      ],
    ],
    [
      'page of another origin, good key, JSON POST',
      { ...CHAT, headers: { ...JSON_TYPE, ...KEY, ...CROSS } },
      [
        [403, ''],
        [403, ''],
        [403, ''],
        [200, '*'],
        [403, ''],
        [200, '*'],
      ],
    ],
    [
      'its preflight',
      {
        method: 'OPTIONS',
        path: '/v1/chat/completions',
        headers: { ...CROSS, 'access-control-request-method': 'POST' },
      },
      [
        [403, ''],
        [403, ''],
        [403, ''],
        [204, '*'],
        [403, ''],
        [204, '*'],
      ],
    ],
    [
      'page, no-cors text/plain POST, no key',
      { ...CHAT, headers: { 'content-type': 'text/plain', ...CROSS } },
      [
        [403, ''],
        [403, ''],
        [403, ''],
        [415, '*'],
        [403, ''],
        [415, '*'],
      ],
    ],
    [
      'rebinding page',
      { path: '/v1/models', host: 'evil.example:9090', headers: KEY },
      [
        [403, ''],
        [403, ''],
        [403, ''],
        [403, ''],
        [403, ''],
        [403, ''],
      ],
    ],
    [
      'page on the allow-list, good key',
      {
        ...CHAT,
        headers: { ...JSON_TYPE, ...KEY, origin: 'http://allowed.example', 'sec-fetch-site': 'cross-site' },
      },
      [
        [200, 'http://allowed.example'],
        [200, 'http://allowed.example'],
        [200, 'http://allowed.example'],
        [200, '*'],
        [200, 'http://allowed.example'],
        [200, '*'],
      ],
    ],
    [
      'anyone, GET /admin/config',
      { path: '/admin/config' },
      [
        [404, ''],
        [404, ''],
        [404, ''],
        [404, ''],
        [404, ''],
        [404, ''],
      ],
    ],
  ]

  describe.each(MODES.map(([name, server], index) => ({ name, server, index })))(
    'mode $name',
    ({ server, index }) => {
      let portside: RunningPortside
      beforeAll(async () => {
        portside = await startWith(server)
      })
      afterAll(() => portside.stop())

      it.each(CALLERS)('%s', async (_name, head, expected) => {
        const before = upstream.requests.length
        const answer = await rawRequest(portside.port, rawHead(portside.port, head))
        const [status, origin] = expected[index] ?? [0, '']
        const allowed = /^access-control-allow-origin: (.*)$/im.exec(answer.head)?.[1]?.trim() ?? ''
        expect([answer.status, allowed]).toEqual([
          status,
          origin === '*' && head.headers?.origin === undefined ? allowed : origin,
        ])
        expect(answer.head.toLowerCase()).not.toContain('access-control-allow-credentials')
        const isChat = head.method === 'POST' && status === 200
        expect(upstream.requests.length - before).toBe(isChat ? 1 : 0)
      })
    },
  )
})

describe('The guard in the default mode', () => {
  let portside: RunningPortside
  beforeAll(async () => {
    portside = await startWith()
  })
  afterAll(() => portside.stop())

  it.each([
    ['evil.example', 403],
    ['evil.example:9090', 403],
    ['127.0.0.1.nip.io:9090', 403],
    ['localhost.evil.com', 403],
    ['127.0.0.1/?x', 403],
    ['127.0.0.1:1', 403],
    ['2130706433', 403],
    ['host.docker.internal', 403],
    ['', 400],
  ])('SEC-01: Host "%s" gets %i and nothing happens', async (host, status) => {
    const before = upstream.requests.length
    const answer = await rawRequest(
      portside.port,
      rawHead(portside.port, { ...CHAT, host, headers: { ...JSON_TYPE, ...KEY } }),
    )
    expect(answer.status).toBe(status)
    expect(answer.head.toLowerCase()).not.toContain('access-control')
    expect(upstream.requests.length).toBe(before)
  })

  it.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST', 'localhost.'])(
    'SEC-01: Host "%s" is ours, with the port or without',
    async (name) => {
      for (const host of [name, `${name}:${portside.port}`]) {
        const answer = await rawRequest(portside.port, rawHead(portside.port, { path: '/healthz', host }))
        expect(answer.status, host).toBe(200)
      }
    },
  )

  it.each([
    ['no Host in HTTP/1.1', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['no Host in HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n', 400],
    ['two Host lines', 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n', 400],
    [
      'an absolute target of another host',
      'GET http://evil.example/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
      403,
    ],
  ])('SEC-01: %s', async (_name, bytes, status) => {
    expect((await rawRequest(portside.port, bytes)).status).toBe(status)
  })

  it('SEC-01: a refused Host is one line in the log, with its reason', async () => {
    await rawRequest(portside.port, rawHead(portside.port, { path: '/only-once', host: 'evil.example' }))
    const rows = await portside.proxy.log.list({ limit: 50 })
    expect(
      rows.filter((row) => row.path === '/only-once').map((row) => [row.denyReason, row.status]),
    ).toEqual([['host', 403]])
  })

  it.each([
    'null',
    'file://',
    'http://localhost:3000',
    'chrome-extension://abcdef',
    'http://127.0.0.1',
    PAGE,
  ])('SEC-02: a page of origin %s is refused, whatever it asks', async (origin) => {
    const before = upstream.requests.length
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE', 'PUT']) {
      const answer = await rawRequest(
        portside.port,
        rawHead(portside.port, { ...CHAT, method, headers: { ...JSON_TYPE, ...KEY, origin } }),
      )
      expect([method, answer.status]).toEqual([method, 403])
    }
    expect(upstream.requests.length).toBe(before)
  })

  it.each(['cross-site', 'same-site'])(
    'SEC-02: Sec-Fetch-Site %s is refused without an Origin too',
    async (site) => {
      const answer = await rawRequest(
        portside.port,
        rawHead(portside.port, { path: '/v1/models', headers: { ...KEY, 'sec-fetch-site': site } }),
      )
      expect(answer.status).toBe(403)
    },
  )

  it('SEC-02: a WebSocket of another page is refused; one of a local client is told to use POST', async () => {
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    const head = (headers: Record<string, string>) =>
      `GET /v1/responses HTTP/1.1\r\nhost: 127.0.0.1:${portside.port}\r\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`
    expect((await rawRequest(portside.port, head({ ...upgrade, origin: PAGE }))).status).toBe(403)
    expect((await rawRequest(portside.port, head(upgrade))).status).toBe(426)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'SEC-02: a POST of type "%s" gets 415',
    async (type) => {
      const headers = type === '' ? KEY : { ...KEY, 'content-type': type }
      const answer = await rawRequest(
        portside.port,
        rawHead(portside.port, { ...CHAT, headers: { ...headers } }),
      )
      expect(answer.status).toBe(415)
    },
  )

  it('SEC-04: without credentials only the documented constants answer, for every route there is', async () => {
    const answers: Record<string, [number, string]> = {}
    for (const route of ROUTES) {
      const path = route.path.replace('{id}', 'demo').replace('{*}', 'status/get')
      const isPost = (route.methods as readonly string[]).includes('POST')
      const answer = await rawRequest(
        portside.port,
        rawHead(portside.port, {
          method: isPost ? 'POST' : 'GET',
          path,
          ...(isPost ? { body: '{}', headers: JSON_TYPE } : {}),
        }),
      )
      answers[route.id] = [
        answer.status,
        answer.status === 200 && route.id !== 'status-page' ? answer.body : '',
      ]
    }
    expect(answers).toEqual({
      health: [200, '{"status":"ok"}'],
      healthz: [200, '{"status":"ok"}'],
      readyz: [200, '{"status":"ready"}'],
      'status-page': [200, ''],
      'event-logging': [204, ''],
      models: [401, ''],
      model: [401, ''],
      'chat-completions': [401, ''],
      messages: [401, ''],
      responses: [401, ''],
      response: [401, ''],
      'gemini-generate': [401, ''],
      'gemini-stream': [401, ''],
      'gemini-count-tokens': [401, ''],
      'count-tokens': [401, ''],
      embeddings: [401, ''],
      'gemini-models': [401, ''],
      'gemini-model': [401, ''],
      'control-session': [401, ''],
      'control-rpc': [401, ''],
      'control-api': [401, ''],
      ui: [404, ''],
    })
  })

  it('SEC-04: Express knows exactly the routes of the table that are not hot', () => {
    const registered = portside.proxy.expressPaths.map((path) =>
      path.replace('{*rest}', '{*}').replace(':id\\:', '{id}:').replace(':id', '{id}'),
    )
    const listed = ROUTES.filter((route) => !('isHot' in route)).map((route) => route.path)
    expect([...registered].sort()).toEqual([...listed].sort())
  })

  it('SEC-04: the status page tells a stranger nothing about models or accounts', async () => {
    const stranger = await (await fetch(`${portside.url}/`)).text()
    const known = await (await fetch(`${portside.url}/`, { headers: KEY })).text()
    expect(stranger).not.toContain('>sim<')
    expect(known).toContain('>sim<')
  })

  it.each([
    '//admin/config',
    '/\\evil/x',
    '/v1/../admin/config',
    '/%61dmin/config',
    '/admin%2fconfig',
    '/admin;x=1/config',
    '/ADMIN/config',
    '/V1/models',
    '/v1/models/../../admin/export',
    '/admin/config?x=/healthz',
    '/healthz/../admin/config',
    '/control/rpc/../../healthz',
    '/v1/models/%2e%2e/x',
    '*',
  ])('SEC-10: the target %s never gets in without a key', async (target) => {
    const answer = await rawRequest(portside.port, rawHead(portside.port, { path: target }))
    expect([400, 401, 403, 404]).toContain(answer.status)
  })

  it('SEC-10: an absolute target of our own is refused, and CONNECT is closed', async () => {
    expect(
      (
        await rawRequest(
          portside.port,
          `GET http://127.0.0.1:${portside.port}/admin/config HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
        )
      ).status,
    ).toBe(400)
    expect(
      (await rawRequest(portside.port, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'))
        .status,
    ).toBe(0)
  })

  it('SEC-10: what a target is allowed and where it is dispatched are one decision, for any target', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      'v1',
      'models',
      'chat',
      'completions',
      'messages',
      'control',
      'rpc',
      'ui',
      'healthz',
      '..',
      '.',
      '%2f',
      '%61',
      ';x',
      '?',
      'anthropic',
      'api',
      'provider',
      'sim',
      'a b',
      '\\',
      '{id}',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const target = `/${pieces.join('/')}`
        const match = matchRoute(target, new Set(['sim']))
        if (match === undefined) return true
        // The path that Express gets can only be read as the route that the policy was taken from.
        const [base = '', rest] = match.route.path.split(/\{id\}|\{\*\}/)
        return rest === undefined
          ? match.path === match.route.path
          : `${match.path}/`.startsWith(base) && !match.path.includes('/..')
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    [
      'Content-Length and Transfer-Encoding',
      'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two Content-Lengths', 'content-length: 4\r\ncontent-length: 5\r\n\r\nabcd'],
    ['Transfer-Encoding: xchunked', 'transfer-encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['Transfer-Encoding: gzip, chunked', 'transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['two Transfer-Encodings', 'transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'x-a: b\r\n c\r\n\r\n'],
    ['a space before the colon', 'content-length : 4\r\n\r\nabcd'],
    ['a NUL in a value', 'x-a: b\0c\r\n\r\n'],
    ['a bare line feed', 'x-a: b\nx-c: d\r\n\r\n'],
  ])('SEC-17: %s gets 400 and the connection is closed', async (_name, rest) => {
    const before = upstream.requests.length
    const answer = await rawRequest(
      portside.port,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${rest}`,
      1500,
    )
    expect([answer.status, answer.isClosed]).toEqual([400, true])
    expect(upstream.requests.length).toBe(before)
  })

  it('SEC-17: a head over 16 KiB gets 431, another protocol 400', async () => {
    expect(
      (
        await rawRequest(
          portside.port,
          `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ${'a'.repeat(17_000)}\r\n\r\n`,
        )
      ).status,
    ).toBe(431)
    expect((await rawRequest(portside.port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).status).toBe(400)
  })

  it('SEC-17: a second request in the pipe is not executed after a refused first', async () => {
    const first = `POST /v1/chat/completions HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0\r\n\r\n`
    const second = `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`
    const answer = await rawRequest(portside.port, first + second, 1500)
    expect([answer.status, answer.isClosed, answer.body.includes('"status":"ok"')]).toEqual([
      403,
      true,
      false,
    ])
  })
})

describe('SEC-05: keys that anybody could guess', () => {
  it.each(['0000', 'admin', 'your-api-key', 'proxy_cast', 'short-key'])(
    'the key "%s" closes the business routes until it is replaced',
    async (key) => {
      const portside = await startPortside({ keys: [{ name: 'weak', key }] })
      try {
        const answer = await portside.post('/v1/chat/completions', BODY, {
          headers: { authorization: `Bearer ${key}` },
        })
        expect([answer.status, (await answer.json()).error.code]).toEqual([403, 'unsafe_default_key'])
      } finally {
        await portside.stop()
      }
    },
  )

  it('a person may accept one on loopback', async () => {
    const portside = await startPortside({
      keys: [{ name: 'weak', key: '0000' }],
      server: { acceptWeakKeys: true },
    })
    try {
      expect(
        (
          await portside.post(
            '/v1/chat/completions',
            { model: 'demo', messages: [{ role: 'user', content: 'x' }] },
            { headers: { authorization: 'Bearer 0000' } },
          )
        ).status,
      ).toBe(200)
    } finally {
      await portside.stop()
    }
  })

  it('the first start makes one key of 256 random bits, tells it once and stores only its hash', async () => {
    const first = await startPortside({}, { env: { PORTSIDE_PORT: '0' } })
    const { firstKey } = first.proxy
    expect(firstKey).toMatch(/^ps-[A-Za-z0-9_-]{43}$/)
    await first.proxy.close()
    const again = await startPortside({}, { env: { PORTSIDE_PORT: '0' }, home: first.home })
    try {
      expect(again.proxy.firstKey).toBeNull()
      const answer = await fetch(`${again.url}/v1/models`, { headers: { 'x-api-key': firstKey ?? '' } })
      expect(answer.status).toBe(200)
    } finally {
      await again.stop()
    }
  })
})
