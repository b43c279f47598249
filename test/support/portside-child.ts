import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createProxy } from '../../proxy/create-proxy.ts'

/** Runs Portside in a process of its own for tests that count descriptors and memory. Speaks over the process's channel. */

/** A home that was given belongs to the test. */
const givenHome = process.env.PORTSIDE_TEST_HOME
const home = givenHome ?? (await mkdtemp(join(tmpdir(), 'portside-child-')))
const proxy = await createProxy({
  home,
  mode: 'headless',
  env: { PORTSIDE_CONFIG_JSON: process.env.PORTSIDE_TEST_CONFIG },
  flags: {},
  sealKey: new Uint8Array(32),
  version: '0.0.0-test',
  uiDirectory: null,
})
let unhandled = 0
process.on('unhandledRejection', () => unhandled++)
process.on('uncaughtException', () => unhandled++)

async function measure() {
  globalThis.gc?.()
  const status = proxy.status()
  return {
    descriptors: (await readdir('/proc/self/fd')).length,
    rssBytes: process.memoryUsage.rss(),
    heapBytes: process.memoryUsage().heapUsed,
    activeRequests: status.activeRequests,
    requests: status.requests,
    inFlight: proxy.accounts().reduce((sum, account) => sum + account.inFlight, 0),
    openRows: proxy.log.stats().open,
    unhandled,
  }
}

/** All rows, newest first, as far as the checks need them. */
async function readRows() {
  const rows: { state: string; errorKind: string | null; attempts: number }[] = []
  let before: number | undefined
  for (;;) {
    const page = await proxy.log.list({ limit: 500, before })
    rows.push(
      ...page.map((row) => ({ state: row.state, errorKind: row.errorKind, attempts: row.attempts.length })),
    )
    if (page.length < 500) return rows
    before = page.at(-1)?.startedAt
  }
}

process.on('message', async (question: 'measure' | 'rows' | 'stop') => {
  if (question === 'measure') process.send?.({ measure: await measure() })
  else if (question === 'rows') {
    await proxy.log.flush()
    process.send?.({ rows: await readRows() })
  } else {
    await proxy.close()
    if (givenHome === undefined) await rm(home, { recursive: true, force: true })
    process.disconnect()
  }
})
const { port } = await proxy.start()
process.send?.({ port })
