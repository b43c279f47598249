import { type BatchWriterOptions, createBatchWriter } from './batch-writer.ts'
import type { EndedRows } from './ended-rows.ts'
import type { LogBlock } from './log-block.ts'
import type { OpenRow } from './open-row.ts'
import { WaitingBlocks } from './waiting-blocks.ts'

export type WriteQueue = {
  /** Something changed that is to be written before long. */
  wake(): void
  /** A block will not change any more. */
  add(block: LogBlock): void
  /** Resolves when all that waits was written or could not be. */
  flush(): Promise<void>
  /** The database is about to be emptied: what has ended is not wanted, what is open is stored again. */
  forgetStored(): void
  readonly size: number
  /** Rows or bodies that will never be written, because the writer could not keep up or failed for too long. */
  readonly dropped: number
  readonly problem: string | null
  stop(): void
}

export type WriteQueueOptions = BatchWriterOptions & {
  readonly open: () => Iterable<OpenRow>
  readonly ended: Pick<EndedRows, 'finishBlock' | 'growing'>
  readonly onProblem: (problem: string | null) => void
  readonly writeEveryMs: number
  readonly retryMs: number
}

/** So many take a millisecond here and in the writer: where hundreds of streams begin at once, their events wait for it. */
const MOST_OPEN_ROWS = 50

/** Sends what is to be stored to the writer, one batch at a time; a batch that fails is tried again later. */
export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const waiting = new WaitingBlocks()
  const writeBatch = createBatchWriter(options)
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isStopped = false
  let hasFailed = false
  /** Something changed since rows were last looked at. */
  let isAwake = false

  function schedule(): void {
    if (timer !== undefined || running !== undefined || isStopped || !isAwake) return
    timer = setTimeout(
      () => {
        timer = undefined
        void run(false)
      },
      hasFailed ? options.retryMs : options.writeEveryMs,
    )
    timer.unref()
  }

  /** Never rejects: a failure is told, and tried again later. */
  function run(isFlush: boolean): Promise<void> {
    running ??= drain(isFlush).finally(() => {
      running = undefined
      schedule()
    })
    return running
  }

  async function drain(isFlush: boolean): Promise<void> {
    hasFailed = false
    isAwake = false
    options.ended.finishBlock()
    let open = takeChanged(isFlush)
    while (!hasFailed && (waiting.rows > 0 || open.length > 0)) {
      const blocks = waiting.take()
      const result = await writeBatch(blocks, open)
      hasFailed = !result.isWritten
      if (hasFailed) waiting.putBack(blocks)
      open = []
      report(result.problem)
    }
    if (hasFailed) isAwake = true
  }

  /**
   * Open rows that the database has not, or not in this state: first those that it has not at all, then those in the
   * oldest state. Most requests end before this comes a second time, and are never written while they are open.
   */
  function takeChanged(isFlush: boolean): OpenRow[] {
    const changed: OpenRow[] = []
    for (const row of options.open()) {
      if (row.storedSequence === row.sequence) continue
      if (row.isLong || isFlush) changed.push(row)
      else isAwake = true
      row.isLong = true
    }
    if (isFlush || changed.length <= MOST_OPEN_ROWS) return changed
    isAwake = true
    return changed.sort((left, right) => left.storedSequence - right.storedSequence).slice(0, MOST_OPEN_ROWS)
  }

  function report(next: string | null): void {
    if (next === problem) return
    problem = next
    options.onProblem(next)
  }

  function wake(): void {
    if (isAwake) return
    isAwake = true
    schedule()
  }

  return {
    wake,
    add: (block) => waiting.add(block),
    async flush() {
      await running
      await run(true)
    },
    forgetStored() {
      waiting.clear()
      for (const row of options.open()) row.storedSequence = 0
      wake()
    },
    get size() {
      return waiting.rows + options.ended.growing
    },
    get dropped() {
      return waiting.dropped
    },
    get problem() {
      return problem
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
