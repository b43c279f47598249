import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openBlackHole } from '../../support/black-hole.ts'
import { fakeNetwork, type Weather } from '../../support/fake-network.ts'
import type { RunningPortside } from '../../support/start-portside.ts'
import { ask, sayView } from '../ask.ts'
import type { Cell, ScenarioRow } from '../row.ts'
import { expectQuiet, freePort, healthOf, lastRow, type Stage, servedBy } from '../stage.ts'

const online = { hasNetwork: () => true }
const offline = { hasNetwork: () => false }
const GONE = 'http://no-such-host.test/v1'
const FAR = 'http://far-host.test/v1'

/** The error kinds of the last request's attempts, `ok` for the good one. */
async function attemptsOf(portside: RunningPortside): Promise<string[]> {
  return (await lastRow(portside)).attempts.map(({ errorKind }) => errorKind ?? 'ok')
}

/** The first host fails, the second one serves. */
async function playNextServes(stage: Stage, cell: Cell, dead: string, kind: string): Promise<string> {
  const upstream = await stage.upstream()
  const portside = await stage.portside(
    [dead, upstream.url],
    { timeouts: { connectMs: 100 }, ...servedBy([dead, upstream.url]) },
    online,
  )
  const view = await ask(portside, cell, 'req-next')
  expect([view.seen, view.invalid, view.text]).toEqual(['answered', undefined, upstream.attempts[0]?.content])
  expect(await attemptsOf(portside)).toEqual([kind, 'ok'])
  expectQuiet(portside)
  return sayView(view)
}

async function playAlone(
  stage: Stage,
  cell: Cell,
  dead: string,
  want: { readonly status: number; readonly words: string },
): Promise<string> {
  const portside = await stage.portside([dead], { ...servedBy([dead]), timeouts: { connectMs: 100 } }, online)
  const view = await ask(portside, cell, 'req-alone')
  expect([view.status, view.invalid, view.errorMessage]).toEqual([
    want.status,
    undefined,
    expect.stringContaining(want.words),
  ])
  expect(view.headers.get('x-should-retry')).toBe('false')
  expectQuiet(portside)
  return sayView(view)
}

const refusing = async () => `http://127.0.0.1:${await freePort()}/v1`

/** One for all fields: to fill its queue takes a moment. */
let hole: ReturnType<typeof openBlackHole> | undefined

async function blackHole(): Promise<string> {
  hole ??= openBlackHole()
  const { port } = await hole
  return `http://127.0.0.1:${port}/v1`
}

/** Ends the process behind the port that is never answered. */
export async function closeBlackHole(): Promise<void> {
  const opened = await hole
  opened?.close()
}

/** A certificate that nobody vouches for; it was made for this test and protects nothing. */
async function untrustedServer(stage: Stage): Promise<{ url: string; connections(): number }> {
  const read = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', name))
  const certificate = { key: read('self-signed.key.pem'), cert: read('self-signed.cert.pem') }
  const server = createTlsServer(certificate, (_request, response) => response.end('{}'))
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stage.onEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `https://127.0.0.1:${port}/v1`, connections: () => connections }
}

type Offline = {
  readonly hosts: Readonly<Record<string, Weather>>
  readonly urls: readonly string[]
  readonly hasNetwork: () => boolean
}

/** More requests than open a breaker fail, and as soon as the network is back the next one is served. */
async function playOffline(stage: Stage, cell: Cell, { hosts, urls, hasNetwork }: Offline): Promise<string> {
  const upstream = await stage.upstream()
  const back = new URL(upstream.url)
  back.hostname = 'localhost'
  const all = urls.length > 0 ? urls : [back.href]
  const end = fakeNetwork(hosts)
  stage.onEnd(end)
  const portside = await stage.portside(all, servedBy(all, 2), { hasNetwork })
  let seen = ''
  for (let turn = 0; turn < 6; turn++) {
    const view = await ask(portside, cell, `req-offline-${turn}`)
    expect([view.status, view.invalid]).toEqual([503, undefined])
    expect(view.errorCode).toBe(cell.inbound === 'anthropic' ? 'overloaded_error' : 'network_offline')
    expect([view.headers.get('retry-after'), view.headers.get('x-should-retry')]).toEqual(['5', 'true'])
    seen = sayView(view)
  }
  const row = await lastRow(portside)
  expect([row.errorKind, row.attempts.length]).toEqual(['network-offline', all.length])
  expect(new Set(healthOf(portside))).not.toContain('cooling')
  expect(healthOf(portside).every((health) => health === 'ready' || health === 'untested')).toBe(true)
  end()
  if (urls.length === 0) expect((await ask(portside, cell, 'req-back')).seen).toBe('answered')
  expectQuiet(portside)
  return `${seen} network_offline`
}

const dials = (code: string): Offline => ({
  hosts: { localhost: { dial: code } },
  urls: [],
  hasNetwork: online.hasNetwork,
})

const withWeather =
  (hosts: Readonly<Record<string, Weather>>, play: ScenarioRow['play']): ScenarioRow['play'] =>
  (stage, cell) => {
    stage.onEnd(fakeNetwork(hosts))
    return play(stage, cell)
  }
const UNKNOWN = { 'no-such-host.test': { lookUp: 'ENOTFOUND' } }

/** The way to the upstream: names, connections, certificates. */
export const REACH_ROWS: readonly ScenarioRow[] = [
  {
    number: 1,
    title: 'a name that does not resolve',
    done: 'the first host has no address, another host serves too',
    play: withWeather(UNKNOWN, (stage, cell) => playNextServes(stage, cell, GONE, 'upstream-unavailable')),
  },
  {
    number: 1,
    title: 'a name that does not resolve, alone',
    done: 'the only host has no address',
    play: withWeather(UNKNOWN, (stage, cell) =>
      playAlone(stage, cell, GONE, { status: 502, words: 'its name could not be resolved' }),
    ),
  },
  {
    number: 2,
    title: 'a refused connection',
    done: 'nobody listens at the first host, another host serves too',
    play: async (stage, cell) => playNextServes(stage, cell, await refusing(), 'upstream-unavailable'),
  },
  {
    number: 2,
    title: 'a refused connection, alone',
    done: 'nobody listens at the only host',
    play: async (stage, cell) =>
      playAlone(stage, cell, await refusing(), { status: 502, words: 'refused the connection' }),
  },
  {
    number: 3,
    title: 'a connection that is never made',
    done: 'the first host drops what comes (its queue is full), another host serves too',
    play: async (stage, cell) => playNextServes(stage, cell, await blackHole(), 'timed-out'),
  },
  {
    number: 3,
    title: 'a connection that is never made, alone',
    done: 'the only host drops what comes',
    play: async (stage, cell) =>
      playAlone(stage, cell, await blackHole(), { status: 504, words: 'connecting took too long' }),
  },
  {
    number: 4,
    title: 'a certificate that is not valid',
    done: 'the host shows a certificate that nobody signed',
    async play(stage, cell) {
      const server = await untrustedServer(stage)
      const portside = await stage.portside([server.url])
      const view = await ask(portside, cell, 'req-tls')
      expect([view.status, view.invalid, view.errorMessage]).toEqual([
        502,
        undefined,
        expect.stringContaining('its certificate is not valid'),
      ])
      expect([server.connections(), healthOf(portside)]).toEqual([1, ['blocked']])
      return sayView(view)
    },
  },
  ...(['ENETUNREACH', 'ENETDOWN', 'EHOSTUNREACH'] as const).map(
    (code): ScenarioRow => ({
      number: 5,
      title: `a machine without a network (${code})`,
      done: `dialling fails with ${code}`,
      play: (stage, cell) => playOffline(stage, cell, dials(code)),
    }),
  ),
  {
    number: 5,
    title: 'a machine without a network (EAI_AGAIN)',
    done: 'no name server answers',
    play: (stage, cell) =>
      playOffline(stage, cell, {
        hosts: { localhost: { lookUp: 'EAI_AGAIN' } },
        urls: [],
        hasNetwork: online.hasNetwork,
      }),
  },
  {
    number: 5,
    title: 'a machine without a network (ENOTFOUND, no interface)',
    done: 'the name is unknown, and the machine has no interface but loopback',
    play: (stage, cell) =>
      playOffline(stage, cell, {
        hosts: { localhost: { lookUp: 'ENOTFOUND' } },
        urls: [],
        hasNetwork: offline.hasNetwork,
      }),
  },
  {
    number: 5,
    title: 'a machine without a network (ENOTFOUND everywhere)',
    done: 'the names of two hosts are unknown at once',
    play: (stage, cell) =>
      playOffline(stage, cell, {
        hosts: { ...UNKNOWN, 'far-host.test': { lookUp: 'ENOTFOUND' } },
        urls: [GONE, FAR],
        hasNetwork: online.hasNetwork,
      }),
  },
  {
    number: 7,
    title: 'a kept connection that died meanwhile',
    done: 'the second request on a kept connection meets a reset',
    async play(stage, cell) {
      const upstream = await stage.upstream(({ number }) => (number === 1 ? 'reset-before-head' : 'ok'))
      const portside = await stage.portside([upstream.url], servedBy([upstream.url], 2))
      expect((await ask(portside, cell, 'req-first')).seen).toBe('answered')
      const pinned = healthOf(portside)
      const view = await ask(portside, cell, 'req-second')
      expect([view.seen, view.text]).toEqual(['answered', upstream.attempts[2]?.content])
      expect(await attemptsOf(portside)).toEqual(['upstream-unavailable', 'ok'])
      expect([upstream.attempts.length, pinned.includes('cooling')]).toEqual([3, false])
      expect(healthOf(portside).every((health) => health === 'ready' || health === 'untested')).toBe(true)
      return sayView(view)
    },
  },
]
