import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { expect, vi } from 'vitest'
import { manyWords } from '../../../proxy/request-log/many-words.test-support.ts'
import { startUpstream, type Upstream } from '../../simulators/upstream.ts'
import { type RunningPortside, TEST_KEY } from '../../support/start-portside.ts'
import { type PortsideChild, startPortsideChild } from '../../support/start-portside-child.ts'
import { ask, bodyOf, PATHS, sayView } from '../ask.ts'
import { type ClientView, readClient } from '../read-client.ts'
import type { Cell, ScenarioRow } from '../row.ts'
import { expectQuiet, freePort, healthOf, lastRow, type Stage, servedBy, startWithFile } from '../stage.ts'

const STREAMS = 200
const CHUNK = 'data: {"id":"1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
const END = 'data: {"id":"1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

/** An upstream that begins streams and ends none by itself. */
async function beginning(stage: Stage): Promise<{ upstream: Upstream; begun: ServerResponse[] }> {
  const begun: ServerResponse[] = []
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(CHUNK)
    begun.push(response)
  })
  stage.onEnd(upstream.close)
  return { upstream, begun }
}

/** Two hundred streams have begun; half of them end within the grace. */
async function playEnd(
  stage: Stage,
  cell: Cell,
  end: (portside: RunningPortside) => Promise<unknown>,
): Promise<string> {
  const { upstream, begun } = await beginning(stage)
  const portside = await startWithFile(stage, {
    ...servedBy([`${upstream.url}/v1`]),
    pool: { perAccountInflight: STREAMS },
    drain: { graceMs: 1000 },
  })
  const responses = await Promise.all(
    Array.from({ length: STREAMS }, (_, index) =>
      portside.post(PATHS[cell.inbound], bodyOf(cell, `req-${index}`)),
    ),
  )
  const views = Promise.all(responses.map((response) => readClient(response, cell.inbound, cell.mode)))
  const ending = end(portside)
  for (const response of begun.slice(0, STREAMS / 2)) response.end(END)
  await ending
  const count = (seen: ClientView['seen'], all: readonly ClientView[]) =>
    all.filter((view) => view.seen === seen && view.invalid === undefined).length
  const all = await views
  expect([count('answered', all), count('broken', all)]).toEqual([STREAMS / 2, STREAMS / 2])
  expect(new Set(all.map(({ text }) => text))).toEqual(new Set(['word ']))
  await vi.waitFor(() => expectQuiet(portside))
  return `${STREAMS / 2} answered within the grace, ${STREAMS / 2} with an error frame`
}

async function moveToAnotherPort(portside: RunningPortside): Promise<void> {
  await call(portside.proxy.control.settings.update, { server: { port: await freePort() } })
  await vi.waitFor(() => expect(portside.proxy.status().port).not.toBe(portside.port))
}

async function playSleep(stage: Stage, cell: Cell): Promise<string> {
  const { upstream, begun } = await beginning(stage)
  const portside = await stage.portside([`${upstream.url}/v1`])
  const response = await portside.post(PATHS[cell.inbound], bodyOf(cell, 'req-sleep'))
  portside.proxy.networkChanged(600_000)
  const view = await readClient(response, cell.inbound, cell.mode)
  expect([view.seen, view.invalid, view.text]).toEqual(['broken', undefined, 'word '])
  expect(view.errorMessage).toContain('The network changed')
  expect(healthOf(portside)).toEqual(['ready'])
  await vi.waitFor(() => expect(begun[0]?.destroyed).toBe(true))
  expect((await lastRow(portside)).errorKind).toBe('upstream-unavailable')
  expectQuiet(portside)
  return sayView(view)
}

/** The log may hardly grow, and one batch is larger: SQLite says of a full disk and of a full file the same thing. */
async function playFullDisk(stage: Stage, cell: Cell): Promise<string> {
  const upstream = await stage.upstream()
  const portside = await stage.portside([upstream.url], {
    ...servedBy([upstream.url]),
    log: { maxBytes: 1, bodies: 'all' },
  })
  const { log } = portside.proxy
  // The limit counts from the first batch on.
  log.open({ id: 'first', method: 'POST', path: '/' }).close({ state: 'done' })
  await log.flush()
  for (let count = 0; count < 300; count++) {
    const row = log.open({ id: `fill-${count}`, method: 'POST', path: '/' })
    row.captureRequest(manyWords(64_000))
    row.close({ state: 'failed', status: 502 })
  }
  await vi.waitFor(() => expect(log.stats().state).toBe('degraded'), { timeout: 5000 })
  expect(portside.proxy.status().attention.map(({ id }) => id)).toContain('log')
  const view = await ask(portside, cell, 'req-full')
  expect([view.seen, view.invalid, view.text]).toEqual(['answered', undefined, upstream.attempts[0]?.content])
  expectQuiet(portside)
  return 'answered'
}

/** Where the log should be stands a folder, for longer than its queue lasts. */
async function playDroppedRows(stage: Stage, cell: Cell): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'portside-full-'))
  await mkdir(join(home, 'requests.sqlite'))
  const upstream = await stage.upstream()
  const portside = await stage.portside([upstream.url], {}, { home })
  for (let count = 0; count < 5100; count++)
    portside.proxy.log.open({ id: `lost-${count}`, method: 'POST', path: '/' }).close({ state: 'done' })
  const view = await ask(portside, cell, 'req-full')
  expect([view.seen, view.text]).toEqual(['answered', upstream.attempts[0]?.content])
  await portside.proxy.log.flush()
  expect(portside.proxy.log.stats().dropped).toBeGreaterThan(0)
  return 'answered; the oldest rows are dropped and counted'
}

/** A process of its own is killed while it streams, and another one is started in the same home. */
async function playKill(stage: Stage, cell: Cell): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'portside-killed-'))
  stage.onEnd(() => rm(home, { recursive: true, force: true }))
  const upstream = await stage.upstream(({ requestName }) =>
    requestName === 'req-limited' ? 'rate-limited-20s' : 'idle-mid-stream',
  )
  const settings = {
    ...servedBy([upstream.url], 2),
    // One model for each: only the model that was limited rests.
    providers: servedBy([upstream.url]).providers?.map((one) => ({ ...one, models: ['m', 'other'] })),
  }
  const start = async (): Promise<PortsideChild> => startPortsideChild(settings, { home })
  const first = await start()
  const post = (url: string, model: string, name: string) =>
    fetch(url + PATHS[cell.inbound], {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TEST_KEY}` },
      body: JSON.stringify({ ...bodyOf(cell, name), model }),
    })
  expect((await post(first.url, 'other', 'req-limited')).status).toBe(429)
  const response = await post(first.url, 'm', 'req-killed')
  const reader = response.body!.getReader()
  const seen = new TextDecoder().decode((await reader.read()).value)
  // What rests is saved every now and then.
  await vi.waitFor(() => expect(existsSync(join(home, 'pool-state.json'))).toBe(true), { timeout: 10_000 })
  await first.kill()
  // The connection breaks: no end marker of any protocol was made up.
  await expect(readToEnd(reader)).rejects.toThrow()
  expect(seen).not.toMatch(/\[DONE\]|message_stop|response\.completed/)
  const second = await start()
  stage.onEnd(second.stop)
  const refused = await post(second.url, 'other', 'req-after')
  expect([refused.status, upstream.attempts.filter(({ model }) => model === 'other').length]).toEqual([
    429, 2,
  ])
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20)
  const rows = await second.rows()
  expect(rows.filter(({ errorKind }) => errorKind === 'outcome-unknown')).toHaveLength(1)
  return 'a broken connection'
}

async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

/** The life of the process: it stops, moves, sleeps, runs out of disk, and is killed. */
export const LIFE_ROWS: readonly ScenarioRow[] = [
  {
    number: 72,
    title: 'a stop in the middle of streams',
    done: 'Portside is stopped while 200 streams are under way',
    modes: ['stream'],
    play: (stage, cell) => playEnd(stage, cell, (portside) => portside.proxy.stop()),
  },
  {
    number: 72,
    title: 'another port in the middle of streams',
    done: 'another port is set while 200 streams are under way',
    modes: ['stream'],
    play: (stage, cell) => playEnd(stage, cell, moveToAnotherPort),
  },
  {
    number: 73,
    title: 'a sleep in the middle of a stream',
    done: 'the machine wakes after ten minutes',
    modes: ['stream'],
    play: playSleep,
  },
  {
    number: 74,
    title: 'a full disk',
    done: 'the log’s file may grow no further',
    play: playFullDisk,
  },
  {
    number: 74,
    title: 'a full disk, for long',
    done: 'the log cannot be written for longer than its queue lasts',
    kind: 'once',
    play: playDroppedRows,
  },
  {
    number: 77,
    title: 'a proxy that is killed in the middle of a stream',
    done: 'kill -9, then another start in the same home',
    modes: ['stream'],
    play: playKill,
  },
]
