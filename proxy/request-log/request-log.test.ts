import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LogBatch, LogEntry } from '../../contract/log-entry.ts'
import { logEntry } from '../../contract/log-entry.ts'
import { filesThatHold, makeTemporaryHome } from '../settings/temporary-home.test-support.ts'
import { idsOf, makeLog } from './make-log.test-support.ts'
import type { LogSettings } from './request-log.ts'
import { idsIn, packedTexts, unpackedTexts } from './stored-log.test-support.ts'

const request = (id: string) => ({ id, method: 'POST', path: '/v1/chat/completions' })

async function take(
  feed: AsyncIterable<LogBatch>,
  enough: (batches: readonly LogBatch[]) => boolean,
): Promise<LogBatch[]> {
  const batches: LogBatch[] = []
  for await (const batch of feed) {
    batches.push(batch)
    if (enough(batches)) break
  }
  return batches
}

async function next(feed: AsyncGenerator<LogBatch, void>): Promise<LogBatch> {
  const { value } = await feed.next()
  if (value === undefined) throw new Error('the feed has ended')
  return value
}

describe('one request is one row', () => {
  it('from its first byte to its end, with its attempts (OBS-06)', async () => {
    let time = 1_000
    const log = makeLog({ now: () => time })
    const row = log.open({ ...request('a'), client: 'codex' })
    row.update({ state: 'waiting', modelIn: 'gpt-5', protocol: 'openai-chat' })
    const first = row.addAttempt({ provider: 'work', reason: 'least busy', accountName: 'one' })
    first.update({ status: 429, errorKind: 'rate-limited', durationMs: 5 })
    row.addAttempt({ provider: 'home', reason: 'the other one is cooling' }).update({ status: 200 })
    time = 1_250
    row.close({ state: 'done', status: 200, inputTokens: 3, outputTokens: 4 })
    row.update({ status: 500 })
    row.close({ state: 'failed' })

    const entry = await log.get('a')
    expect(logEntry.parse(entry)).toEqual(entry)
    expect(entry).toMatchObject({
      state: 'done',
      status: 200,
      client: 'codex',
      modelIn: 'gpt-5',
      durationMs: 250,
      attempts: [
        { number: 1, provider: 'work', status: 429, errorKind: 'rate-limited' },
        { number: 2, provider: 'home', status: 200 },
      ],
    })
    expect(log.stats()).toMatchObject({ state: 'ok', open: 0, inMemory: 1, dropped: 0 })
  })

  it('also where two requests came with the same id (OBS-05)', async () => {
    const log = makeLog()
    const ids = [log.open(request('same')).id, log.open(request('same')).id]
    expect(ids).toEqual(['same', 'same~2'])
    expect(await log.list({ limit: 10 })).toHaveLength(2)
  })

  it('and costs its request microseconds', () => {
    const log = makeLog({ settings: { bodies: 'all' } })
    const chunk = Buffer.alloc(1_000, 'x')
    const rounds = 2_000
    const run = () => {
      const start = performance.now()
      for (let count = 0; count < rounds; count += 1) {
        const row = log.open(request(`r${count}`))
        row.captureRequest(chunk)
        row.update({ state: 'streaming' })
        row.captureResponse(chunk)
        row.close({ state: 'done' })
      }
      return ((performance.now() - start) * 1_000) / rounds
    }
    expect(Math.min(run(), run(), run())).toBeLessThan(200)
  })
})

describe('finding requests', () => {
  async function filled(path: string | null) {
    let time = 1_000
    const log = makeLog({ path, now: () => time })
    for (const [id, model, state] of [
      ['a', 'gpt-5', 'done'],
      ['b', 'Claude-Opus', 'failed'],
      ['c', 'gpt-5-mini', 'cancelled'],
    ] as const) {
      time += 10
      log.open({ ...request(id), modelIn: model }).close({ state })
    }
    time += 10
    log.open(request('d')).update({ state: 'streaming' })
    return log
  }

  it.each(['in memory', 'after a restart'])('%s: newest first, filtered and paged', async (where) => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    let log = await filled(path)
    if (where === 'after a restart') {
      await log.close()
      log = makeLog({ path, now: () => 1_020 })
    }
    const list = async (query: object) => idsOf(await log.list({ limit: 10, ...query }))
    expect(await list({})).toEqual(['d', 'c', 'b', 'a'])
    expect(await list({ limit: 2 })).toEqual(['d', 'c'])
    const [, second] = await log.list({ limit: 2 })
    expect(await list({ before: second?.startedAt })).toEqual(['b', 'a'])
    expect(await list({ text: 'GPT' })).toEqual(['c', 'a'])
    expect(await list({ text: 'claude-opus' })).toEqual(['b'])
    expect(await list({ text: "' OR 1=1 --" })).toEqual([])
    expect(await list({ state: 'failed' })).toEqual(['b'])
    expect(await list({ state: 'running' })).toEqual(['d'])
    expect((await log.get('a'))?.modelIn).toBe('gpt-5')
    expect(await log.get('nobody')).toBeUndefined()
  })

  it('shows a row once, in its newest state, while an older state of it is on disk', async () => {
    const log = makeLog({ path: join(await makeTemporaryHome(), 'requests.db') })
    const row = log.open(request('a'))
    await log.flush()
    row.update({ state: 'streaming' })
    expect((await log.list({ limit: 10 })).map(({ id, state }) => [id, state])).toEqual([['a', 'streaming']])
  })

  it('does not lose one of two that start in the same millisecond', async () => {
    const log = makeLog({ now: () => 5_000 })
    for (const id of ['a', 'b', 'c']) log.open(request(id))
    const [newest] = await log.list({ limit: 1 })
    expect(idsOf(await log.list({ limit: 10, before: newest?.startedAt }))).toEqual(['b', 'a'])
  })

  it('keeps at most 2,000 ended rows in memory, and every open one', async () => {
    const log = makeLog()
    log.open(request('open'))
    for (let count = 0; count < 2_500; count += 1) log.open(request(`r${count}`)).close({ state: 'done' })
    expect(log.stats()).toMatchObject({ open: 1, inMemory: 2_001 })
    expect((await log.get('open'))?.state).toBe('receiving')
    await log.flush()
    expect((await log.get('r0'))?.state).toBe('done')
  })
})

describe('the live feed', () => {
  it('gives what changed since a sequence, then every change, in order', async () => {
    const log = makeLog()
    log.open(request('a')).close({ state: 'done' })
    const seen = (await log.get('a'))?.sequence ?? 0
    const row = log.open(request('b'))
    const feed = log.feed({ after: seen })
    const first = await next(feed)
    row.close({ state: 'failed' })
    const second = await next(feed)
    await feed.return()
    expect(
      [first, second].map((batch) => batch.entries.map((entry: LogEntry) => [entry.id, entry.state])),
    ).toEqual([[['b', 'receiving']], [['b', 'failed']]])
    expect(second.sequence).toBeGreaterThan(first.sequence)
  })

  it('comes at most ten times a second, however much happens', async () => {
    const log = makeLog()
    const start = performance.now()
    const timer = setInterval(() => log.open(request(`r${performance.now()}`)), 2)
    onTestFinished(() => clearInterval(timer))
    const batches = await take(log.feed({ after: 0 }), (all) => all.length === 6)
    expect(batches).toHaveLength(6)
    // Six batches have five pauses between them; a timer may fire a little early.
    expect(performance.now() - start).toBeGreaterThan(480)
  })

  it('gives a slow reader only the newest state of each entry, and holds no more than that', async () => {
    const log = makeLog()
    const feed = log.feed({ after: 0 })
    const row = log.open(request('a'))
    await next(feed)
    for (let count = 0; count < 10_000; count += 1) row.update({ outputTokens: count })
    const batch = await next(feed)
    expect(batch.entries.map(({ id, outputTokens }) => [id, outputTokens])).toEqual([['a', 9_999]])
    await feed.return()
  })

  it('ends when its reader leaves, and when the log is closed', async () => {
    const log = makeLog()
    const leaving = new AbortController()
    const left = take(log.feed({ after: 0, signal: leaving.signal }), () => false)
    const closed = take(log.feed({ after: 0 }), () => false)
    leaving.abort()
    expect(await left).toEqual([])
    await log.close()
    expect(await closed).toEqual([])
  })

  it('starts anew for a reader that comes from another process', async () => {
    const log = makeLog({ now: () => 1_000 })
    log.open(request('a'))
    const batches = await take(log.feed({ after: Number.MAX_SAFE_INTEGER }), () => true)
    expect(batches.flatMap(({ entries }) => idsOf(entries))).toEqual(['a'])
  })
})

describe('bodies (OBS-08)', () => {
  async function bodiesOf(changed: Partial<LogSettings>, state: 'done' | 'failed', text = 'hello') {
    const log = makeLog({ settings: changed })
    const row = log.open(request('a'))
    for (const letter of text) row.captureRequest(Buffer.from(letter))
    row.captureResponse(Buffer.from('the answer'))
    row.close({ state })
    const waiting = await log.bodies('a')
    await log.flush()
    expect(await log.bodies('a')).toEqual(waiting)
    return waiting
  }
  const none = { request: null, response: null, requestCut: false, responseCut: false }
  const both = { request: 'hello', response: 'the answer', requestCut: false, responseCut: false }

  it('are kept of failed requests by default, of all or of none on request', async () => {
    expect(await bodiesOf({}, 'done')).toEqual(none)
    expect(await bodiesOf({}, 'failed')).toEqual(both)
    expect(await bodiesOf({ bodies: 'all' }, 'done')).toEqual(both)
    expect(await bodiesOf({ bodies: 'off' }, 'failed')).toEqual(none)
  })

  it('are cut at their limit, and say so', async () => {
    expect(await bodiesOf({ bodyMaxBytes: 4 }, 'failed')).toEqual({
      request: 'hell',
      response: 'the ',
      requestCut: true,
      responseCut: true,
    })
    expect(await bodiesOf({ bodyMaxBytes: 5 }, 'failed')).toMatchObject({
      request: 'hello',
      requestCut: false,
    })
  })
})

describe('secrets in the log (SEC-21)', () => {
  it('leave no trace in memory, feed, file or write-ahead log, wherever they came from', async () => {
    const home = await makeTemporaryHome()
    const canaries = Array.from(
      { length: 20 },
      (_, index) => `canary-${index}-${Math.random().toString(36).slice(2)}-0123456789`,
    )
    const at = (index: number) => canaries[index] ?? ''
    const log = makeLog({
      path: join(home, 'requests.db'),
      secrets: () => canaries,
      settings: { bodies: 'all', bodyMaxBytes: 200 },
    })
    const row = log.open({ id: at(0), method: at(1), path: `/v1/${at(2)}?key=${at(3)}` })
    row.update({
      protocol: at(4),
      keyName: at(5),
      client: at(6),
      modelIn: at(7),
      modelOut: at(8),
      provider: at(9),
    })
    row.update({ accountId: at(10), accountName: at(11), finishReason: at(12), denyReason: at(13) })
    row.addAttempt({ provider: at(14), reason: at(15) }).update({
      errorKind: at(16),
      errorMessage: `no: ${encodeURIComponent(at(17))}`,
      note: `left out: ${at(15)}`,
    })
    row.captureRequest(
      Buffer.from(JSON.stringify({ key: at(18), pad: 'x'.repeat(100), cut: at(18) + at(18) })),
    )
    row.captureResponse(Buffer.from(Buffer.from(at(19)).toString('base64')))
    row.close({ state: 'failed', errorKind: at(16), errorMessage: at(17) })
    const fed = await take(log.feed({ after: 0 }), () => true)
    await log.flush()
    const listed = await log.list({ limit: 10 })
    const seen = JSON.stringify([
      fed,
      listed,
      await log.bodies(listed[0]?.id ?? ''),
      await log.get(listed[0]?.id ?? ''),
    ])
    for (const canary of canaries) expect(seen).not.toContain(canary.slice(0, -4))
    const traces = canaries.map((canary) => canary.slice(0, -4))
    const expectNoTrace = async () => {
      expect(await filesThatHold(home, traces)).toEqual([])
      const unpacked = unpackedTexts(join(home, 'requests.db'))
      expect(unpacked).toContain('[redacted]')
      for (const trace of traces) expect(unpacked).not.toContain(trace)
    }
    await expectNoTrace()
    await log.close()
    await expectNoTrace()
  })

  it('that become known later are taken out of what is shown from then on', async () => {
    const secrets: string[] = []
    const log = makeLog({ secrets: () => secrets })
    log.open({ ...request('a'), modelIn: 'named-like-a-secret' })
    expect((await log.get('a'))?.modelIn).toBe('named-like-a-secret')
    secrets.push('named-like-a-secret')
    expect((await log.get('a'))?.modelIn).toBe('[redacted]')
  })
})

describe('the file', () => {
  it('is closed to other users, as are those beside it (SEC-08)', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const log = makeLog({ path })
    log.open(request('a'))
    await log.flush()
    const modes = await Promise.all(
      ['', '-wal', '-shm'].map(async (end) => (await stat(path + end)).mode & 0o777),
    )
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  it('takes hostile texts as texts (SEC-30)', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const log = makeLog({ path })
    const hostile = [
      "'; DROP TABLE entries; --",
      '" OR ""="',
      "x' UNION SELECT 1,2,3 --",
      "'||(SELECT 1)||'",
      '\u0000',
      ':id',
      '?1',
      '%_\\',
    ]
    for (const text of hostile) {
      log
        .open({ id: text, method: text, path: text, modelIn: text })
        .close({ state: 'failed', errorMessage: text })
    }
    await log.flush()
    for (const text of hostile) await log.list({ limit: 10, text })
    expect(idsIn(path)).toHaveLength(hostile.length)
    expect(log.stats().state).toBe('ok')
  })

  it('keeps no more rows, bytes and hours than it may', async () => {
    let time = 1_000_000_000
    const fill = async (changed: Partial<LogSettings>, count: number) => {
      const log = makeLog({
        path: join(await makeTemporaryHome(), 'requests.db'),
        settings: changed,
        now: () => time,
      })
      for (let index = 0; index < count; index += 1) log.open(request(`r${index}`)).close({ state: 'done' })
      await log.flush()
      return log
    }
    const byRows = await fill({ maxRows: 50 }, 500)
    await byRows.clear()
    const path = join(await makeTemporaryHome(), 'requests.db')
    const writer = makeLog({
      path,
      settings: { maxRows: 50, maxBytes: 60_000, retentionHours: 1 },
      now: () => time,
    })
    for (let index = 0; index < 400; index += 1) writer.open(request(`r${index}`)).close({ state: 'done' })
    await writer.flush()
    const kept = idsIn(path)
    expect(kept.length).toBeGreaterThan(10)
    expect(kept.length).toBeLessThanOrEqual(50)
    expect(kept.at(-1)).toBe('r399')
    time += 2 * 3_600_000
    writer.open(request('later'))
    await writer.flush()
    expect(idsIn(path)).toEqual(['later'])
  })

  it('is wiped by clearing, while requests under way stay (OBS-08)', async () => {
    const home = await makeTemporaryHome()
    const path = join(home, 'requests.db')
    const log = makeLog({ path, settings: { bodies: 'all' } })
    const ended = log.open({ ...request('ended'), modelIn: 'canary-model-name' })
    ended.captureRequest(Buffer.from('canary-body-text'))
    ended.close({ state: 'done' })
    log.open(request('open'))
    await log.flush()
    expect(unpackedTexts(path)).toContain('canary-model-name')
    expect(unpackedTexts(path)).toContain('canary-body-text')
    const packed = packedTexts(path)
    for (const each of packed) expect(await filesThatHold(home, [each])).not.toEqual([])
    await log.clear()
    expect(idsOf(await log.list({ limit: 10 }))).toEqual(['open'])
    expect(await filesThatHold(home, [...packed, 'canary-model-name', 'canary-body-text'])).toEqual([])
  })

  it('of a newer Portside is left as it is (REL-42)', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const newer = new DatabaseSync(path)
    newer.exec('CREATE TABLE brave (new TEXT); PRAGMA user_version = 99;')
    newer.close()
    const log = makeLog({ path })
    log.open(request('a')).close({ state: 'done' })
    await log.flush()
    expect(log.stats()).toMatchObject({
      state: 'degraded',
      problem: expect.stringContaining('newer Portside'),
    })
    expect(idsOf(await log.list({ limit: 10 }))).toEqual(['a'])
    const after = new DatabaseSync(path, { readOnly: true })
    expect(after.prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'brave' }])
    after.close()
  })

  it('can be read while no proxy runs, without ending its open rows', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const writer = makeLog({ path, now: () => 1_000 })
    writer.open(request('a'))
    await writer.flush()
    const reader = makeLog({ path, readOnly: true })
    expect((await reader.list({ limit: 5 })).map(({ id, state }) => [id, state])).toEqual([
      ['a', 'receiving'],
    ])
  })
})
