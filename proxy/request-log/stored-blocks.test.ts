import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { filesThatHold, makeTemporaryHome } from '../settings/temporary-home.test-support.ts'
import { writeEntryLine } from './entry-line.ts'
import { createLogKeeper } from './log-keeper.ts'
import { createEntry } from './log-row.ts'
import { idsOf, makeLog } from './make-log.test-support.ts'
import { pack } from './pack.ts'
import type { RequestLog } from './request-log.ts'
import type { StoredBlock } from './stored-block.ts'
import { idsIn, readStoredLog, unpackedTexts } from './stored-log.test-support.ts'

const writeLoop = fileURLToPath(new URL('./write-loop.test-support.ts', import.meta.url))

const newPath = async () => join(await makeTemporaryHome(), 'requests.db')
const request = (id: string) => ({ id, method: 'POST', path: '/v1/messages' })

function serve(log: RequestLog, ids: readonly string[]): void {
  for (const id of ids) log.open(request(id)).close({ state: 'done' })
}

function makeStoredBlock(serial: number): StoredBlock {
  const startedAt = serial * 1_000
  const id = `r${serial}`
  const entries = pack(writeEntryLine(createEntry({ ...request(id), state: 'done' }, { id, startedAt })))
  const bytes = entries.length
  return {
    serial,
    rows: 1,
    firstStarted: startedAt,
    lastStarted: startedAt,
    bytes,
    entries,
    bodies: null,
    storedIds: [],
  }
}

/** All pages of the log, newest first. */
async function readPages(log: RequestLog, limit: number): Promise<string[]> {
  const ids: string[] = []
  let before: number | undefined
  for (;;) {
    const page = await log.list({ limit, before })
    if (page.length === 0) return ids
    ids.push(...idsOf(page))
    before = page.at(-1)?.startedAt
  }
}

describe('rows that end', () => {
  it('are stored together, however many there are, each whole and once', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    const ids = Array.from({ length: 3_333 }, (_, index) => `r${index}`)
    serve(log, ids)
    await log.flush()
    const { blocks, open } = readStoredLog(path)
    expect(blocks.flat().map(({ id }) => id)).toEqual(ids)
    expect(blocks.length).toBeLessThan(20)
    expect(open).toEqual([])
    expect(await readPages(log, 100)).toEqual(ids.toReversed())
  })

  it('say the same in memory, in the file and after a restart', async () => {
    const path = await newPath()
    const log = makeLog({ path, now: () => 1_000 })
    const row = log.open({ ...request('full "of" \\ Grüße 世界 👋🏽'), client: 'codex' })
    row.update({
      stream: true,
      modelIn: 'm',
      requestBytes: 7,
      inputTokens: 0,
      tokensEstimated: true,
      passThrough: true,
    })
    const attempt = row.addAttempt({ provider: 'p', reason: 'only one', accountName: 'one' })
    attempt.update({ status: 200, note: 'left out', maybeBilled: true, durationMs: 0 })
    row.close({ state: 'done', status: 200 })
    serve(log, ['empty'])
    const inMemory = await log.list({ limit: 10 })
    await log.flush()
    expect(readStoredLog(path).blocks.flat().toReversed()).toEqual(inMemory)
    await log.close()
    expect(await makeLog({ path }).list({ limit: 10 })).toEqual(inMemory)
  })

  it('are found one by one, in memory and in the file, wherever in their block they stand', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    const ids = Array.from({ length: 2_600 }, (_, index) => `r${index}`)
    serve(log, ids)
    await log.flush()
    for (const id of ['r0', 'r1', 'r499', 'r500', 'r599', 'r600', 'r601', 'r2598', 'r2599'])
      expect((await log.get(id))?.id).toBe(id)
    expect(await log.get('r2600')).toBeUndefined()
    expect(await log.get('r')).toBeUndefined()
  })

  it('in another order than they started are listed by their starts, page by page over many blocks', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    const open: { readonly id: string; end(): void }[] = []
    const ids: string[] = []
    for (let count = 0; count < 400; count += 1) {
      const id = `r${count}`
      const row = log.open(request(id))
      ids.unshift(id)
      open.push({ id, end: () => row.close({ state: count % 7 === 0 ? 'failed' : 'done' }) })
      // Every third stays open for long, the others end soon, not in turn.
      if (count % 3 === 0) open.splice(Math.floor(open.length / 2), 1)[0]?.end()
      if (count % 40 === 39) await log.flush()
    }
    for (const { end } of open.toReversed()) end()
    await log.flush()
    expect(readStoredLog(path).blocks.length).toBeGreaterThan(5)
    for (const limit of [1, 7, 64, 1_000]) expect(await readPages(log, limit)).toEqual(ids)
    await log.close()
    const later = makeLog({ path })
    for (const limit of [1, 7, 64, 1_000]) expect(await readPages(later, limit)).toEqual(ids)
    const failed = await later.list({ limit: 1_000, state: 'failed' })
    expect(idsOf(failed)).toEqual(ids.filter((id) => Number(id.slice(1)) % 7 === 0))
  })

  it('stay what they are while the memory of older ones is used again', async () => {
    const path = await newPath()
    const log = makeLog({ path, settings: { bodies: 'all' } })
    const ids = Array.from({ length: 6_000 }, (_, index) => `r${index}`)
    for (const [index, id] of ids.entries()) {
      const row = log.open({ ...request(id), modelIn: `${id}-`.repeat(30) })
      row.captureResponse(Buffer.from(`${id} `.repeat(100)))
      row.close({ state: 'done' })
      if (index % 900 === 899) await log.flush()
    }
    for (const index of [5_999, 5_600, 5_399, 4_800, 4_499, 4_001, 3_600, 3_599, 1_700, 0]) {
      expect((await log.get(`r${index}`))?.modelIn).toMatch(`r${index}-r${index}-`)
      expect((await log.bodies(`r${index}`)).response).toBe(`r${index} `.repeat(100))
    }
    expect(await readPages(log, 500)).toEqual(ids.toReversed())
    await log.flush()
    const stored = readStoredLog(path).blocks.flat()
    expect(stored.map(({ id, modelIn }) => [id, modelIn?.split('-')[0]])).toEqual(ids.map((id) => [id, id]))
  })

  it('are written once, also when nobody waited for the first answer any more', async () => {
    const path = await newPath()
    const keeper = createLogKeeper({ path, readOnly: false, busyTimeoutMs: 50, startedAt: 0 })
    onTestFinished(() => keeper.close())
    const store = (...serials: number[]) => {
      const blocks = serials.map((serial) => makeStoredBlock(serial))
      keeper.write({ blocks, open: [] }, { maxRows: 100, maxBytes: 1_000_000, notBefore: 0 })
    }
    store(1, 2)
    store(1, 2)
    store(2, 3)
    expect(idsIn(path)).toEqual(['r1', 'r2', 'r3'])
  })

  it('come to a reader who was away meanwhile, in order and each once', async () => {
    const log = makeLog({ path: await newPath() })
    serve(log, ['seen'])
    const after = (await log.get('seen'))?.sequence ?? 0
    const late = log.open(request('late'))
    serve(log, ['a', 'b'])
    await log.flush()
    serve(log, ['c'])
    late.close({ state: 'failed' })
    const feed = log.feed({ after })
    const { value } = await feed.next()
    await feed.return()
    expect(value?.entries.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'done'],
      ['b', 'done'],
      ['c', 'done'],
      ['late', 'failed'],
    ])
  })

  it('with a line that no block has room for are kept as well', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    serve(log, ['before'])
    const row = log.open(request('large'))
    for (let count = 0; count < 600; count += 1) row.addAttempt({ provider: 'p', reason: '世'.repeat(900) })
    row.close({ state: 'failed' })
    serve(log, ['after'])
    expect((await log.get('large'))?.attempts).toHaveLength(600)
    await log.flush()
    expect(idsIn(path)).toEqual(['before', 'large', 'after'])
    expect(readStoredLog(path).blocks.flat()[1]?.attempts.at(-1)?.reason).toHaveLength(900)
  })

  it('lose a secret that becomes known before they are written', async () => {
    const home = await makeTemporaryHome()
    const secrets: string[] = []
    const log = makeLog({ path: join(home, 'requests.db'), secrets: () => secrets })
    log.open({ ...request('a'), modelIn: 'named-like-a-secret' }).close({ state: 'done' })
    secrets.push('named-like-a-secret')
    expect((await log.get('a'))?.modelIn).toBe('[redacted]')
    await log.flush()
    expect(await filesThatHold(home, ['named-like-a-secret'])).toEqual([])
    expect(unpackedTexts(join(home, 'requests.db'))).not.toContain('named-like-a-secret')
    expect(readStoredLog(join(home, 'requests.db')).blocks.flat()[0]?.modelIn).toBe('[redacted]')
  })
})

describe('rows that are open', () => {
  it('are not stored as such when they end soon', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    const long = log.open(request('long'))
    const seen = new Set<string>()
    for (let count = 0; count < 30; count += 1) {
      const quick = log.open(request(`quick-${count}`))
      await pass(10)
      quick.close({ state: 'done' })
      for (const { id } of readStoredLogIfAny(path).open) seen.add(id)
    }
    await expect.poll(() => readStoredLog(path).open.map(({ id }) => id)).toEqual(['long'])
    expect([...seen].filter((id) => id !== 'long')).toEqual([])
    long.close({ state: 'done' })
    await log.flush()
    expect(readStoredLog(path).open).toEqual([])
    expect(idsIn(path)).toHaveLength(31)
  })

  it('are stored again only when they changed', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    const row = log.open(request('a'))
    await log.flush()
    row.update({ state: 'streaming' })
    await expect.poll(() => readStoredLog(path).open.map(({ state }) => state)).toEqual(['streaming'])
  })

  it('are found after a kill, and end as unknown', async () => {
    const path = await newPath()
    const child: ChildProcess = spawn(process.execPath, [writeLoop, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout!, 'data')
    child.kill('SIGKILL')
    await once(child, 'close')
    const left = readStoredLog(path).open.map(({ id }) => id)
    expect(left.length).toBeGreaterThanOrEqual(10)
    const log = makeLog({ path })
    serve(log, ['after'])
    await log.flush()
    expect(readStoredLog(path).open).toEqual([])
    const ended = await log.list({ limit: 10_000, state: 'failed' })
    expect(new Set(idsOf(ended))).toEqual(new Set(left))
    expect(ended[0]).toMatchObject({
      errorKind: 'outcome-unknown',
      errorMessage: 'Portside ended while this request was under way; how it ended is unknown',
    })
  })

  it('are stored again after the log was cleared', async () => {
    const path = await newPath()
    const log = makeLog({ path })
    log.open(request('open'))
    serve(log, ['ended'])
    await log.flush()
    await log.clear()
    await log.flush()
    expect(idsIn(path)).toEqual(['open'])
  })
})

function readStoredLogIfAny(path: string): ReturnType<typeof readStoredLog> {
  try {
    return readStoredLog(path)
  } catch {
    // The writer has not made it yet.
    return { blocks: [], open: [] }
  }
}

describe('bodies of many rows', () => {
  it('are stored with their block, and found again: in memory, in the file, after a restart (OBS-08)', async () => {
    const path = await newPath()
    const log = makeLog({
      path,
      settings: { bodies: 'all', bodyMaxBytes: 100 },
      secrets: () => ['sesame-open'],
    })
    const ids = Array.from({ length: 300 }, (_, index) => `r${index}`)
    for (const id of ids) {
      const row = log.open(request(id))
      row.captureRequest(Buffer.from(`{"ask":"${id}",\n"with":"sesame-`))
      row.captureRequest(Buffer.from('open"}'))
      if (id !== 'r7') row.captureResponse(Buffer.from(`\u0000 "${id}" `.repeat(20)))
      row.close({ state: 'done' })
    }
    const wanted = (id: string) => ({
      request: `{"ask":"${id}",\n"with":"[redacted]"}`,
      response: id === 'r7' ? '' : `\u0000 "${id}" `.repeat(20).slice(0, 100),
      requestCut: false,
      responseCut: id !== 'r7',
    })
    const expectAll = async (from: RequestLog) => {
      for (const id of ['r0', 'r7', 'r8', 'r299']) expect(await from.bodies(id)).toEqual(wanted(id))
    }
    await expectAll(log)
    await log.flush()
    await expectAll(log)
    await log.close()
    await expectAll(makeLog({ path }))
  })

  it('go with their rows when part of a block has to go', async () => {
    const home = await makeTemporaryHome()
    const path = join(home, 'requests.db')
    const changing = { bodies: 'all' as const, maxRows: 100 }
    const log = makeLog({ path, settings: changing })
    for (let count = 0; count < 100; count += 1) {
      const row = log.open(request(`r${count}`))
      row.captureRequest(Buffer.from(`canary-body-${count}.`))
      row.close({ state: 'done' })
    }
    await log.flush()
    changing.maxRows = 30
    serve(log, ['last'])
    await log.flush()
    await log.close()
    const later = makeLog({ path, settings: changing })
    expect((await later.bodies('r80')).request).toBe('canary-body-80.')
    expect((await later.bodies('r60')).request).toBeNull()
    expect(await later.get('r60')).toBeUndefined()
    await later.flush()
    expect(unpackedTexts(path)).toContain('canary-body-80.')
    expect(unpackedTexts(path)).not.toContain('canary-body-60.')
  })
})

describe('what may stay', () => {
  it.each([1, 10, 99, 100, 1_000])(
    'is never more than %i rows, the newest, and not much less',
    async (maxRows) => {
      const path = await newPath()
      const log = makeLog({ path, settings: { maxRows } })
      let last = 0
      for (const count of [1, 3, maxRows, 700, 2, 1, 1_200, 5]) {
        serve(
          log,
          Array.from({ length: count }, () => `r${last++}`),
        )
        await log.flush()
        const ids = idsIn(path)
        expect(ids.length).toBeLessThanOrEqual(maxRows)
        expect(ids.length).toBeGreaterThanOrEqual(Math.min(last, Math.floor(maxRows * 0.93)))
        expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => `r${last - ids.length + index}`))
      }
    },
  )

  it('is younger than its hours also where a block has older and younger rows', async () => {
    const path = await newPath()
    let time = 10 * 3_600_000
    const log = makeLog({ path, settings: { retentionHours: 1 }, now: () => time })
    serve(log, ['a', 'b'])
    time += 30 * 60_000
    serve(log, ['c'])
    await log.flush()
    expect(readStoredLog(path).blocks).toHaveLength(1)
    time += 40 * 60_000
    serve(log, ['d'])
    await log.flush()
    expect(idsIn(path)).toEqual(['c', 'd'])
  })
})

describe('an id', () => {
  const own = '019aaaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee'

  it('that a client gives is another row’s only once, open or ended (OBS-05)', () => {
    const log = makeLog()
    expect(log.open(request(own), true).id).toBe(own)
    expect(log.open(request(own)).id).toBe(`${own}~2`)
    log.open(request('x')).close({ state: 'done' })
    expect(log.open(request('x')).id).toBe('x~2')
    expect(log.open(request('x')).id).toBe('x~3')
  })

  it('that a client took from an earlier answer is not that row’s again', async () => {
    const log = makeLog({ path: await newPath() })
    log.open(request(own), true).close({ state: 'done' })
    expect(log.open(request(own)).id).toBe(`${own}~2`)
    await log.flush()
    expect(log.open(request(own)).id).toBe(`${own}~3`)
  })

  it('of an earlier process is shown once, for the newer row', async () => {
    const path = await newPath()
    const first = makeLog({ path, now: () => 1_000 })
    serve(first, ['same'])
    await first.close()
    const second = makeLog({ path, now: () => 2_000 })
    serve(second, ['same'])
    expect((await second.list({ limit: 10 })).map(({ startedAt }) => startedAt)).toEqual([2_000])
    await second.close()
    const third = makeLog({ path })
    expect((await third.list({ limit: 10 })).map(({ startedAt }) => startedAt)).toEqual([2_000])
    expect((await third.get('same'))?.startedAt).toBe(2_000)
  })
})
