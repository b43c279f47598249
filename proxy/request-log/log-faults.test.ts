import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LogEntry } from '../../contract/log-entry.ts'
import { settings } from '../../contract/settings.ts'
import { makeTemporaryHome } from '../settings/temporary-home.test-support.ts'
import { writeEntryLine } from './entry-line.ts'
import { createEntry } from './log-row.ts'
import { manyWords } from './many-words.test-support.ts'
import { createRequestLog, type LogSettings, type RequestLog } from './request-log.ts'
import { idsIn } from './stored-log.test-support.ts'

const defaults = settings.parse({}).log
const writeLoop = fileURLToPath(new URL('./write-loop.test-support.ts', import.meta.url))

function makeLog(path: string, changed: () => Partial<LogSettings> = () => ({})) {
  const problems: (string | null)[] = []
  const log = createRequestLog({
    path,
    settings: () => ({ ...defaults, ...changed() }),
    secrets: () => [],
    onDegraded: (problem) => void problems.push(problem),
    timing: { writeEveryMs: 5, retryMs: 20, busyTimeoutMs: 50 },
  })
  onTestFinished(() => log.close())
  return { log, problems }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error('it did not come to pass')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** What a request does: nothing of it may fail or wait, whatever the file is like. */
function serve(log: RequestLog, id: string, bodyBytes = 1_000): void {
  const row = log.open({ id, method: 'POST', path: '/v1/messages' })
  row.captureRequest(manyWords(bodyBytes))
  row.update({ state: 'streaming' })
  row.close({ state: 'failed', status: 502 })
}

async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, offset)
  await file.close()
}

function flipByteOfABlock(path: string): void {
  const database = new DatabaseSync(path)
  const { entries } = database.prepare('SELECT entries FROM blocks').get() ?? {}
  if (!(entries instanceof Uint8Array)) throw new Error('there is no block')
  const middle = entries.length >> 1
  entries[middle] = (entries[middle] ?? 0) ^ 1
  database.prepare('UPDATE blocks SET entries = :entries').run({ entries })
  database.close()
}

describe('a log that cannot be written harms no request, says so, and recovers (REL-43)', () => {
  it('FM-74: when the file is full', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    let maxBytes = defaults.maxBytes
    const { log, problems } = makeLog(path, () => ({ maxBytes, bodies: 'all' }))
    serve(log, 'before')
    await log.flush()
    // The bound is SQLite's own `max_page_count`: there is room for a few megabytes more, and one batch is larger.
    maxBytes = 1
    serve(log, 'last that fits')
    await log.flush()
    for (let count = 0; count < 300; count += 1) serve(log, `full-${count}`, 64_000)
    await until(() => problems.some((problem) => problem?.includes('full')))
    expect(log.stats()).toMatchObject({ state: 'degraded', open: 0 })
    expect(await log.list({ limit: 3 })).toHaveLength(3)
    maxBytes = defaults.maxBytes
    await until(() => log.stats().state === 'ok')
    await log.flush()
    expect(idsIn(path)).toContain('full-299')
  })

  it('when the file is read-only', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const first = makeLog(path)
    serve(first.log, 'before')
    await first.log.close()
    // The header's "write version": SQLite opens a file of an unknown one only for reading.
    await overwrite(path, 18, Uint8Array.of(9))
    const { log } = makeLog(path)
    serve(log, 'meanwhile')
    await log.flush()
    expect(log.stats()).toMatchObject({ state: 'degraded', problem: expect.stringContaining('readonly') })
    await overwrite(path, 18, Uint8Array.of(2))
    await until(() => log.stats().state === 'ok')
    expect(idsIn(path)).toEqual(['before', 'meanwhile'])
  })

  it('when something else stands where the file should be', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    await mkdir(path)
    const { log } = makeLog(path)
    serve(log, 'a')
    await log.flush()
    expect(log.stats().state).toBe('degraded')
    await rm(path, { recursive: true })
    await until(() => log.stats().state === 'ok')
    expect(idsIn(path)).toEqual(['a'])
  })

  it('when the file is deleted', async () => {
    const home = await makeTemporaryHome()
    const path = join(home, 'requests.db')
    const { log } = makeLog(path)
    serve(log, 'before')
    await log.flush()
    for (const name of await readdir(home)) await rm(join(home, name))
    serve(log, 'after')
    await log.flush()
    expect(idsIn(path)).toEqual(['after'])
    expect((await log.list({ limit: 5 })).map(({ id }) => id)).toEqual(['after', 'before'])
  })

  it.each([
    ['its first bytes', 0],
    ['its pages', 4_096],
  ])('when bytes of it are flipped: %s', async (_, offset) => {
    const home = await makeTemporaryHome()
    const path = join(home, 'requests.db')
    const first = makeLog(path)
    for (let count = 0; count < 50; count += 1) serve(first.log, `r${count}`)
    await first.log.close()
    await overwrite(path, offset, Buffer.alloc(6_000, 0xa5))
    const { log, problems } = makeLog(path)
    serve(log, 'after')
    await log.flush()
    expect(problems[0]).toContain('damaged')
    expect(log.stats().state).toBe('degraded')
    serve(log, 'later')
    await log.flush()
    expect(log.stats().state).toBe('ok')
    expect(idsIn(path)).toEqual(['after', 'later'])
    expect(await readdir(home)).toContain('requests.db.damaged')
  })

  it('when a byte of a block is flipped', async () => {
    const home = await makeTemporaryHome()
    const path = join(home, 'requests.db')
    const first = makeLog(path)
    for (let count = 0; count < 50; count += 1) serve(first.log, `r${count}`)
    await first.log.close()
    flipByteOfABlock(path)
    const { log, problems } = makeLog(path)
    await log.list({ limit: 10 })
    serve(log, 'after')
    await log.flush()
    expect(problems[0]).toContain('damaged')
    expect(idsIn(path)).toEqual(['after'])
    expect(await readdir(home)).toContain('requests.db.damaged')
  })

  it('when another process holds it', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const { log } = makeLog(path)
    serve(log, 'before')
    await log.flush()
    const holder = new DatabaseSync(path)
    onTestFinished(() => holder.close())
    holder.exec('BEGIN EXCLUSIVE')
    serve(log, 'meanwhile')
    await log.flush()
    expect(log.stats()).toMatchObject({ state: 'degraded', problem: expect.stringContaining('locked') })
    expect((await log.get('meanwhile'))?.status).toBe(502)
    holder.exec('COMMIT')
    await until(() => log.stats().state === 'ok')
    expect(idsIn(path)).toEqual(['before', 'meanwhile'])
  })

  it('when it fails for long: the oldest rows are dropped, counted, and memory stays bounded', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    await mkdir(path)
    const { log } = makeLog(path)
    for (let count = 0; count < 6_000; count += 1) serve(log, `r${count}`)
    await log.flush()
    expect(log.stats()).toMatchObject({ state: 'degraded', queued: 5_000, inMemory: 2_000, dropped: 1_000 })
    await rm(path, { recursive: true })
    await until(() => log.stats().state === 'ok')
    await log.flush()
    expect(idsIn(path)).toHaveLength(5_000)
    expect(idsIn(path)[0]).toBe('r1000')
  })
})

describe('a proxy that is killed (REL-43)', () => {
  async function killWhileWriting(path: string, afterLines: number): Promise<void> {
    const child: ChildProcess = spawn(process.execPath, [writeLoop, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = once(child, 'close')
    let lines = 0
    for await (const _ of createInterface({ input: child.stdout! })) {
      lines += 1
      if (lines === afterLines) child.kill('SIGKILL')
    }
    await closed
  }

  it('FM-77: leaves a whole file after kill -9 at any time, and its open rows end as unknown', {
    timeout: 120_000,
  }, async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    for (let kill = 0; kill < 8; kill += 1) {
      await killWhileWriting(path, 1 + Math.floor(Math.random() * 6))
      const database = new DatabaseSync(path)
      expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
      database.close()
    }
    const { log, problems } = makeLog(path)
    serve(log, 'after')
    await log.flush()
    expect(problems).toEqual([])
    expect(await log.list({ limit: 10, state: 'running' })).toEqual([])
    const [cut] = await log.list({ limit: 1, text: 'left-open' })
    expect(cut).toMatchObject({ state: 'failed', errorKind: 'outcome-unknown', status: null })
  })
})

describe('the number of a request log’s schema', () => {
  it('is written into the file, so that a newer one can be told (REL-42)', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    await writeFile(path, '')
    const { log } = makeLog(path)
    serve(log, 'a')
    await log.flush()
    const database = new DatabaseSync(path, { readOnly: true })
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 4 })
    database.close()
  })

  it.each([1, 2])('is brought up to date with all rows and bodies of %i in it (REL-42)', async (version) => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const kept = oldEntry({ id: 'old', path: '/v1/old' })
    const cutOff = oldEntry({ id: 'cut', state: 'waiting', startedAt: kept.startedAt + 1 })
    const many = Array.from({ length: 1_200 }, (_, index) =>
      oldEntry({ id: `many-${index}`, startedAt: kept.startedAt + 2 + index }),
    )
    writeOldLog(path, version, [kept, cutOff, ...many])
    const { log, problems } = makeLog(path, () => ({ retentionHours: 1_000_000 }))
    serve(log, 'new')
    await log.flush()
    expect(idsIn(path)).toEqual(['old', 'cut', ...many.map(({ id }) => id), 'new'])
    expect(await log.list({ limit: 1, text: 'V1/OLD' })).toEqual([kept])
    expect(await log.get('cut')).toMatchObject({ state: 'failed', errorKind: 'outcome-unknown' })
    expect(await log.bodies('old')).toEqual(OLD_BODIES)
    expect(await log.bodies('many-700')).toEqual(OLD_BODIES)
    expect(problems).toEqual([])
  })

  it('is brought up to date with all rows and bodies of 3 in it (REL-42)', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const many = Array.from({ length: 1_200 }, (_, index) =>
      oldEntry({ id: `"many"\\${index}`, startedAt: 1_700_000_000_000 + index }),
    )
    const cutOff = oldEntry({ id: 'cut', state: 'waiting', startedAt: 1_700_000_002_000 })
    writeLogOfTextBlocks(path, [...many, cutOff])
    const { log, problems } = makeLog(path, () => ({ retentionHours: 1_000_000 }))
    serve(log, 'new')
    await log.flush()
    expect(idsIn(path)).toEqual([...many.map(({ id }) => id), 'cut', 'new'])
    expect(await log.get('"many"\\1199')).toEqual(many[1_199])
    const bodiesOf = async (index: number) => await log.bodies(`"many"\\${index}`)
    for (const index of [0, 2, 3, 498, 1_000, 1_198]) expect(await bodiesOf(index)).toEqual(OLD_BODIES)
    for (const index of [1, 499, 500, 702, 1_001, 1_199]) expect((await bodiesOf(index)).request).toBeNull()
    expect(problems).toEqual([])
  })
})

const OLD_BODIES = { request: 'line one\n"two"', response: null, requestCut: true, responseCut: false }

function writeOldLog(path: string, version: number, entries: readonly LogEntry[]): void {
  const database = new DatabaseSync(path)
  database.exec(FIRST_SCHEMA)
  const addEntry = database.prepare(
    'INSERT INTO entries VALUES (:id, 1, :startedAt, :state, :path, :entry, 100)',
  )
  const addBodies = database.prepare('INSERT INTO bodies VALUES (:id, :request, NULL, 1, 0)')
  for (const entry of entries) {
    const { id, startedAt, state, path: search } = entry
    addEntry.run({ id, startedAt, state, path: search, entry: JSON.stringify(entry) })
    addBodies.run({ id, request: OLD_BODIES.request })
  }
  if (version === 2) database.exec(SECOND_SCHEMA)
  database.close()
}

/** As the release wrote it that was the first to keep blocks: as text, with a body line for those rows that had any. */
function writeLogOfTextBlocks(path: string, entries: readonly LogEntry[]): void {
  const database = new DatabaseSync(path)
  database.exec(THIRD_SCHEMA)
  const addOpen = database.prepare('INSERT INTO open_rows VALUES (:id, :startedAt, :entry)')
  for (const entry of entries.filter(({ state }) => state !== 'done'))
    addOpen.run({ id: entry.id, startedAt: entry.startedAt, entry: writeEntryLine(entry) })
  const ended = entries.filter(({ state }) => state === 'done')
  const addBlock = database.prepare(
    'INSERT INTO blocks VALUES (NULL, :first, :last, :rows, 100, :lines, :bodies)',
  )
  const size = 500
  for (let from = 0; from < ended.length; from += size) {
    const block = ended.slice(from, from + size)
    const bodies = block
      .filter((_, place) => place % 3 !== 1)
      .map(({ id }) => JSON.stringify([id, OLD_BODIES.request, null, true, false]))
    addBlock.run({
      first: block[0]!.startedAt,
      last: block.at(-1)!.startedAt,
      rows: block.length,
      lines: block.map(writeEntryLine).join('\n'),
      bodies: from === size ? null : bodies.join('\n'),
    })
  }
  database.close()
}

/** As an earlier release wrote it. */
function oldEntry({ id, ...changed }: Pick<LogEntry, 'id'> & Partial<LogEntry>): LogEntry {
  const initial = { id, method: 'POST', path: '/v1/messages', state: 'done', ...changed } as const
  const startedAt = changed.startedAt ?? 1_700_000_000_000
  return { ...createEntry(initial, { id, startedAt }), attempts: changed.attempts ?? [] }
}

/** As the first release that kept a log made it. */
const FIRST_SCHEMA = `
  CREATE TABLE entries (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, started_at REAL NOT NULL,
    state TEXT NOT NULL, search TEXT NOT NULL, entry TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
  CREATE INDEX entries_by_start ON entries (started_at);
  CREATE TABLE bodies (id TEXT PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE, request TEXT, response TEXT,
    request_cut INTEGER NOT NULL, response_cut INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;`

const SECOND_SCHEMA = `
  ALTER TABLE entries DROP COLUMN search;
  ALTER TABLE entries DROP COLUMN sequence;
  PRAGMA user_version = 2;`

/** As the first release with blocks made it. */
const THIRD_SCHEMA = `
  CREATE TABLE blocks (number INTEGER PRIMARY KEY, first_started REAL NOT NULL, last_started REAL NOT NULL,
    rows INTEGER NOT NULL, bytes INTEGER NOT NULL, entries TEXT NOT NULL, bodies TEXT) STRICT;
  CREATE INDEX blocks_by_start ON blocks (last_started);
  CREATE TABLE open_rows (id TEXT PRIMARY KEY, started_at REAL NOT NULL, entry TEXT NOT NULL) STRICT;
  PRAGMA user_version = 3;`

describe('the room that old rows leave', () => {
  it('is taken by the next ones, and given back to the disk where much of the file is free', async () => {
    const path = join(await makeTemporaryHome(), 'requests.db')
    const most = { rows: 200 }
    const { log } = makeLog(path, () => ({ maxRows: most.rows }))
    const fill = async (name: string) => {
      for (let index = 0; index < 300; index += 1) serve(log, `${name}-${index}`)
      await log.flush()
      const database = new DatabaseSync(path, { readOnly: true })
      const { page_count } = database.prepare('PRAGMA page_count').get() ?? {}
      database.close()
      return Number(page_count)
    }
    await fill('first')
    const usual = await fill('second')
    for (const name of ['third', 'fourth', 'fifth']) expect(await fill(name)).toBeLessThan(usual * 1.5)
    most.rows = 10
    serve(log, 'last')
    await log.flush()
    expect(await fill('sixth')).toBeLessThan(usual / 2)
  })
})
