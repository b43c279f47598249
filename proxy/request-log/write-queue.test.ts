import { setTimeout as pass } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { settings } from '../../contract/settings.ts'
import { EndedRows } from './ended-rows.ts'
import { createEntryShowers } from './entry-shower.ts'
import type { LogWriter } from './log-writer.ts'
import type { OpenRow } from './open-row.ts'
import { OpenRows } from './open-rows.ts'
import { createWriteQueue } from './write-queue.ts'

/** A queue whose writer only notes the open rows of each write. */
function makeQueue(count: number) {
  const writes: string[][] = []
  const writer: LogWriter = {
    generation: 0,
    async ask(request) {
      if (request.kind === 'write') writes.push(request.open.map(({ id }) => id))
      return { kind: 'done', repaired: undefined }
    },
    stop: async () => undefined,
  }
  const open = new OpenRows({
    settings: () => settings.parse({}).log,
    now: Date.now,
    redactId: (id) => id,
    hasEnded: () => false,
    onChange: () => queue?.wake(),
    onEnd: () => undefined,
  })
  const queue = createWriteQueue({
    writer,
    open: () => open,
    ended: new EndedRows(() => undefined),
    shower: createEntryShowers(() => []).current,
    retention: () => ({ maxRows: 1, maxBytes: 1, notBefore: 0 }),
    onStored: () => undefined,
    onProblem: () => undefined,
    writeEveryMs: 5,
    retryMs: 5,
  })
  onTestFinished(() => queue.stop())
  const rows: OpenRow[] = []
  for (let index = 0; index < count; index += 1)
    rows.push(open.open({ id: `r${index}`, method: 'POST', path: '/' }, false))
  return { queue, rows, writes, ids: rows.map(({ id }) => id) }
}

describe('many rows that are open', () => {
  it('are stored a few at a time, each once', async () => {
    const { writes, ids } = makeQueue(230)
    await expect.poll(() => writes.flat()).toEqual(ids)
    expect(Math.max(...writes.map(({ length }) => length))).toBe(50)
    await pass(30)
    expect(writes.flat()).toEqual(ids)
  })

  it('are stored before others are stored again, and none is forgotten over those that change all the time', async () => {
    const { rows, writes, ids } = makeQueue(100)
    await expect.poll(() => writes.flat().length).toBeGreaterThanOrEqual(50)
    // These change each time that something is written.
    const changeFirst = () => {
      for (const row of rows.slice(0, 60)) row.update({ state: 'streaming' })
    }
    const timer = setInterval(changeFirst, 1)
    await expect.poll(() => new Set(writes.flat()).size).toBe(100)
    expect(writes.flat().slice(0, 100)).toEqual(ids)
    const timesAgain = (id: string) => writes.flat().filter((each) => each === id).length - 1
    await expect.poll(() => Math.min(...ids.slice(0, 60).map(timesAgain))).toBeGreaterThanOrEqual(3)
    clearInterval(timer)
    expect(ids.slice(60).map(timesAgain)).toEqual(Array.from({ length: 40 }, () => 0))
  })

  it('are stored all together where the queue is flushed', async () => {
    const { queue, writes, ids } = makeQueue(230)
    await queue.flush()
    expect(writes).toEqual([ids])
  })
})
