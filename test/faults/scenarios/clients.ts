import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { startUpstream } from '../../simulators/upstream.ts'
import { rawRequest } from '../../support/raw-request.ts'
import type { RunningPortside } from '../../support/start-portside.ts'
import { ask, askRaw, bodyOf, bytesOf, headOf, PATHS, sayView } from '../ask.ts'
import { readClient } from '../read-client.ts'
import type { Cell, ScenarioRow } from '../row.ts'
import { expectQuiet, healthOf, lastRow, type Stage, servedBy } from '../stage.ts'

const LIMIT_BYTES = 52_428_800
const firstData = (socket: Socket) => new Promise((resolve) => socket.once('data', resolve))

/** The row of a client that left, and accounts that nobody blames for it. */
async function expectLeft(portside: RunningPortside): Promise<void> {
  await vi.waitFor(async () => {
    const row = await lastRow(portside)
    expect([row.state, row.status, row.errorKind]).toEqual(['cancelled', 499, 'cancelled'])
  })
  expect(healthOf(portside).every((health) => health === 'ready' || health === 'untested')).toBe(true)
  expectQuiet(portside)
}

async function playLeavesLine(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream(() => 'hang')
  const portside = await stage.portside([upstream.url], {
    ...servedBy([upstream.url]),
    pool: { perAccountInflight: 1 },
  })
  const first = askRaw(portside.port, cell, 'req-first')
  await vi.waitFor(() => expect(upstream.attempts).toHaveLength(1))
  const second = askRaw(portside.port, cell, 'req-second')
  await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(2))
  second.destroy()
  await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(1))
  first.destroy()
  await vi.waitFor(() => expect(portside.proxy.status().activeRequests).toBe(0))
  expect(upstream.attempts).toHaveLength(1)
  await expectLeft(portside)
  return 'nothing, and no upstream is asked'
}

async function playLeaves(stage: Stage, cell: Cell, isMidStream: boolean): Promise<string> {
  const upstream = await stage.upstream(({ number }) =>
    number > 0 ? 'ok' : isMidStream ? 'idle-mid-stream' : 'hang',
  )
  const portside = await stage.portside([upstream.url])
  const socket = askRaw(portside.port, cell, 'req-leaves')
  if (isMidStream) await firstData(socket)
  await vi.waitFor(() => expect(upstream.attempts).toHaveLength(1))
  socket.destroy()
  await vi.waitFor(() => expect(upstream.attempts[0]?.isClosed).toBe(true), { interval: 5 })
  await expectLeft(portside)
  expect((await ask(portside, cell, 'req-next')).seen).toBe('answered')
  return 'nothing; the upstream connection is closed'
}

async function playNeverReads(stage: Stage, cell: Cell): Promise<string> {
  const text = 'x'.repeat(60_000)
  const big = `data: ${JSON.stringify({ id: '1', choices: [{ index: 0, delta: { content: text } }] })}\n\n`
  const upstream = await startUpstream(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    while (!response.destroyed) {
      if (!response.write(big))
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
      await setImmediate()
    }
  })
  stage.onEnd(upstream.close)
  const urls = [`${upstream.url}/v1`]
  const portside = await stage.portside(urls, { ...servedBy(urls, 2), timeouts: { stalledReaderMs: 300 } })
  const socket = askRaw(portside.port, cell, 'req-stalls').pause()
  stage.onEnd(() => socket.destroy())
  await vi.waitFor(() => expect(upstream.requests[0]?.closedAt).toBeDefined(), { timeout: 10_000 })
  await expectLeft(portside)
  return 'the connection is cut'
}

async function playHalfClose(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream(() => 'hang')
  const portside = await stage.portside([upstream.url])
  const socket = askRaw(portside.port, cell, 'req-half').resume()
  stage.onEnd(() => socket.destroy())
  await vi.waitFor(() => expect(upstream.attempts).toHaveLength(1))
  socket.end()
  await vi.waitFor(() => expect(upstream.attempts[0]?.isClosed).toBe(true))
  await expectLeft(portside)
  return 'nothing: it counts as gone'
}

/** Sends bytes and reads the refusal; no upstream may have been asked. */
async function playRefused(stage: Stage, bytes: string, status: number): Promise<string> {
  const upstream = await stage.upstream()
  const portside = await stage.portside([upstream.url], {
    ...servedBy([upstream.url]),
    timeouts: { headersMs: 300, bodyMs: 300 },
  })
  const answer = await rawRequest(portside.port, bytes, 5000)
  expect([answer.status, upstream.attempts.length]).toEqual([status, 0])
  await vi.waitFor(() => expectQuiet(portside))
  return String(answer.status)
}

const NO_JSON: readonly (readonly [title: string, body: (good: string) => string])[] = [
  ['half a JSON', (good) => good.slice(0, -5)],
  ['JSON that is 100,000 deep', (good) => good.replace('[', '['.repeat(100_000))],
  ['a NUL in the text', (good) => good.replace('please', 'ple\0ase')],
  ['a byte order mark', (good) => `\uFEFF${good}`],
]

async function playNoJson(stage: Stage, cell: Cell, body: (good: string) => string): Promise<string> {
  const upstream = await stage.upstream()
  const portside = await stage.portside([upstream.url])
  const text = body(JSON.stringify(bodyOf(cell, 'req-odd')))
  const view = await readClient(await portside.post(PATHS[cell.inbound], text), cell.inbound, cell.mode)
  expect([view.status, view.invalid, upstream.attempts.length]).toEqual([400, undefined, 0])
  expect((await lastRow(portside)).errorKind).toBe('invalid-request')
  return sayView(view)
}

/** What a client may send to touch what all objects share: it must be an unknown field like any other. */
async function playPrototype(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream()
  const portside = await stage.portside([upstream.url])
  const text = JSON.stringify(bodyOf(cell, 'req-proto')).replace('{', '{"__proto__":{"polluted":true},')
  const view = await readClient(await portside.post(PATHS[cell.inbound], text), cell.inbound, cell.mode)
  expect('polluted' in {}).toBe(false)
  expect([view.invalid, view.status === 200 || view.status === 400]).toEqual([undefined, true])
  return sayView(view)
}

/** What clients do: they leave, stall, half-close, and send what is no request. */
export const CLIENT_ROWS: readonly ScenarioRow[] = [
  {
    number: 64,
    title: 'a client leaves while it waits in line',
    done: 'the only account is busy; the one who waits closes its connection (REL-22)',
    play: playLeavesLine,
  },
  {
    number: 65,
    title: 'a client leaves before the first byte',
    done: 'the connection is closed while the upstream thinks',
    play: (stage, cell) => playLeaves(stage, cell, false),
  },
  {
    number: 66,
    title: 'a client leaves in the middle of a stream',
    done: 'the connection is closed after the first content',
    modes: ['stream'],
    play: (stage, cell) => playLeaves(stage, cell, true),
  },
  {
    number: 67,
    title: 'a client that never reads',
    done: 'the client reads nothing while the upstream sends without end (REL-24)',
    modes: ['stream'],
    play: playNeverReads,
  },
  {
    number: 68,
    title: 'a client that half-closes counts as one that left',
    done: 'the client closes its side and waits',
    play: playHalfClose,
  },
  {
    number: 69,
    title: 'a body over the limit',
    done: 'Content-Length says 50 MiB and one byte',
    play: (stage, cell) => playRefused(stage, headOf(cell, LIMIT_BYTES + 1), 413),
  },
  {
    number: 69,
    title: 'a body that is longer than it says',
    done: 'Content-Length is 20 bytes too small',
    play(stage, cell) {
      const whole = bytesOf(cell, 'req-longer')
      const length = JSON.stringify(bodyOf(cell, 'req-longer')).length
      return playRefused(stage, whole.replace(/(content-length: )\d+/, `$1${length - 20}`), 400)
    },
  },
  {
    number: 69,
    title: 'a body that stops early',
    done: 'nothing comes after the first bytes of the body',
    play: (stage, cell) => playRefused(stage, `${headOf(cell, 500)}{"model"`, 408),
  },
  ...NO_JSON.map(
    ([title, body]): ScenarioRow => ({
      number: 70,
      title,
      done: `the body is ${title}`,
      play: (stage, cell) => playNoJson(stage, cell, body),
    }),
  ),
  {
    number: 70,
    title: 'a field named __proto__',
    done: 'the body has a field named __proto__',
    play: playPrototype,
  },
]
