import type { LogEntry } from '../../contract/log-entry.ts'
import type { HeldRow } from './log-row.ts'
import type { LogWriter } from './log-writer.ts'
import { createWaitingRows } from './waiting-rows.ts'
import type { Retention, WriterRequest } from './writer-messages.ts'

/**
 * While the writer's thread has a batch, requests that need the same core wait: few rows make it short. Of many rows that
 * wait, a share goes at once.
 */
const SMALL_BATCH_ROWS = 32
const LARGE_BATCH_ROWS = 500
const BATCH_SHARE = 0.25
const WRITE_TIMEOUT_MS = 30_000

export type WriteQueue = {
  /** A row changed and must be written again. */
  add(row: HeldRow): void
  /** Resolves when all that waits was written or could not be. */
  flush(): Promise<void>
  forget(rows: Iterable<HeldRow>): void
  readonly size: number
  /** Rows or bodies that will never be written, because the writer could not keep up or failed for too long. */
  readonly dropped: number
  readonly problem: string | null
  stop(): void
}

export type WriteQueueOptions = {
  readonly writer: LogWriter
  readonly show: (rows: readonly HeldRow[]) => LogEntry[]
  readonly secrets: () => readonly string[]
  readonly retention: () => Retention
  readonly onProblem: (problem: string | null) => void
  readonly writeEveryMs: number
  readonly retryMs: number
}

/** Sends changed rows to the writer, one batch at a time; a batch that fails is tried again later. */
export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const waiting = createWaitingRows()
  const writeRows = createBatchWriter(options)
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isStopped = false
  let hasFailed = false

  function schedule(): void {
    if (timer !== undefined || isStopped || waiting.size === 0) return
    timer = setTimeout(
      () => {
        timer = undefined
        void run()
      },
      hasFailed ? options.retryMs : options.writeEveryMs,
    )
    timer.unref()
  }

  /** Never rejects: a failure is told, and tried again later. */
  function run(): Promise<void> {
    running ??= drain().finally(() => {
      running = undefined
      schedule()
    })
    return running
  }

  async function drain(): Promise<void> {
    hasFailed = false
    while (waiting.size > 0 && !hasFailed) {
      const rows = waiting.take(batchSize(waiting.size))
      const result = await writeRows(rows)
      hasFailed = !result.isWritten
      if (hasFailed) waiting.putBack(rows)
      for (const { row, captured } of result.bodies) waiting.letGo(row, captured)
      report(result.problem)
    }
  }

  function report(next: string | null): void {
    if (next === problem) return
    problem = next
    options.onProblem(next)
  }

  return {
    add(row) {
      if (isStopped) return
      waiting.add(row)
      if (running === undefined) schedule()
    },
    async flush() {
      await running
      await run()
    },
    forget: (rows) => waiting.forget(rows),
    get size() {
      return waiting.size
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

function batchSize(waiting: number): number {
  return Math.min(LARGE_BATCH_ROWS, Math.max(SMALL_BATCH_ROWS, Math.ceil(waiting * BATCH_SHARE)))
}

type Written = {
  readonly isWritten: boolean
  readonly problem: string | null
  /** The bodies that are on disk now. */
  readonly bodies: readonly { readonly row: HeldRow; readonly captured: NonNullable<HeldRow['bodies']> }[]
}

function createBatchWriter(options: WriteQueueOptions): (rows: readonly HeldRow[]) => Promise<Written> {
  const { writer, show } = options
  let told: { readonly generation: number; readonly secrets: readonly string[] } | undefined

  return async (rows) => {
    const bodies = rows.flatMap((row) => (row.bodies === undefined ? [] : [{ row, captured: row.bodies }]))
    const secrets = options.secrets()
    const generation = writer.generation
    const isTold = told?.generation === generation && told.secrets === secrets
    const request: WriterRequest = {
      kind: 'write',
      entries: show(rows),
      bodies: bodies.map(({ row, captured }) => ({ id: row.id, captured })),
      secrets: isTold ? undefined : secrets,
      retention: options.retention(),
    }
    try {
      const answer = await writer.ask(request, WRITE_TIMEOUT_MS)
      told = { generation, secrets }
      return { isWritten: true, problem: answer.kind === 'done' ? (answer.repaired ?? null) : null, bodies }
    } catch (error) {
      told = undefined
      const reason = error instanceof Error ? error.message : String(error)
      return { isWritten: false, problem: `requests are not stored: ${reason}`, bodies: [] }
    }
  }
}
