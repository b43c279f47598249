import { createBlockMessage } from './block-message.ts'
import type { EntryShower } from './entry-shower.ts'
import type { LogBlock } from './log-block.ts'
import type { LogWriter } from './log-writer.ts'
import type { OpenRow } from './open-row.ts'
import type { WaitingBlock } from './waiting-blocks.ts'
import type { Retention, StoredOpenRow, WriterAnswer } from './writer-messages.ts'

const WRITE_TIMEOUT_MS = 30_000

export type BatchWriterOptions = {
  readonly writer: LogWriter
  readonly shower: () => EntryShower
  readonly retention: () => Retention
  readonly onStored: (block: LogBlock) => void
}

export type Written = { readonly isWritten: boolean; readonly problem: string | null }

/** Has finished blocks and open rows written, and notes what the database has then. */
export function createBatchWriter(
  options: BatchWriterOptions,
): (blocks: readonly WaitingBlock[], open: readonly OpenRow[]) => Promise<Written> {
  const { writer, shower, retention } = options
  let told: { readonly generation: number; readonly secrets: readonly string[] } | undefined

  async function send(
    waiting: readonly WaitingBlock[],
    open: readonly StoredOpenRow[],
  ): Promise<WriterAnswer> {
    const { secrets } = shower()
    const { generation } = writer
    const isTold = told?.generation === generation && told.secrets === secrets
    const blocks = waiting.map((each) => createBlockMessage(each, shower()))
    told = undefined
    const answer = await writer.ask(
      { kind: 'write', blocks, open, secrets: isTold ? undefined : secrets, retention: retention() },
      WRITE_TIMEOUT_MS,
    )
    told = { generation, secrets }
    return answer
  }

  return async (waiting, open) => {
    const sequences = open.map((row) => row.sequence)
    try {
      const answer = await send(
        waiting,
        open.map((row) => storeOpen(row, shower())),
      )
      for (const [index, row] of open.entries()) row.storedSequence = sequences[index] ?? 0
      for (const { block } of waiting) options.onStored(block)
      return { isWritten: true, problem: answer.kind === 'done' ? (answer.repaired ?? null) : null }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { isWritten: false, problem: `requests are not stored: ${reason}` }
    }
  }
}

function storeOpen(row: OpenRow, shower: EntryShower): StoredOpenRow {
  row.mayBeStored = true
  return { id: row.id, startedAt: row.entry.startedAt, line: shower.writeLine(row.entry) }
}
