import type { HeldRow } from './log-row.ts'
import type { CapturedBodies } from './writer-messages.ts'

const MAX_ROWS = 5_000
const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Changed rows that wait to be written, each once, bounded: the oldest are dropped first. */
export type WaitingRows = {
  add(row: HeldRow): void
  /** Takes the oldest out; what cannot be written is put back. */
  take(count: number): HeldRow[]
  putBack(rows: readonly HeldRow[]): void
  /** The bodies were written, or are no longer wanted. */
  letGo(row: HeldRow, bodies: CapturedBodies): void
  forget(rows: Iterable<HeldRow>): void
  readonly size: number
  readonly dropped: number
}

export function createWaitingRows(): WaitingRows {
  const waiting = new Set<HeldRow>()
  let bodyBytes = 0
  let dropped = 0

  /** What is too much goes: whole rows when there are too many, else only their bodies. */
  function bound(): void {
    for (const row of waiting) {
      const isTooMany = waiting.size > MAX_ROWS
      if (!isTooMany && bodyBytes <= MAX_BODY_BYTES) return
      drop(row, isTooMany)
    }
  }

  function drop(row: HeldRow, isWhole: boolean): void {
    if (isWhole) waiting.delete(row)
    if (isWhole || row.bodies !== undefined) dropped += 1
    if (row.bodies !== undefined) letGo(row, row.bodies)
  }

  function letGo(row: HeldRow, bodies: CapturedBodies): void {
    // A row that ended while its earlier state was being written has bodies that were not part of that.
    if (row.bodies !== bodies) return
    bodyBytes -= sizeOf(bodies)
    row.bodies = undefined
  }

  return {
    add(row) {
      if (row.bodies !== undefined) bodyBytes += sizeOf(row.bodies)
      waiting.add(row)
      if (waiting.size > MAX_ROWS || bodyBytes > MAX_BODY_BYTES) bound()
    },
    take(count) {
      if (waiting.size <= count) {
        const all = [...waiting]
        waiting.clear()
        return all
      }
      const rows: HeldRow[] = []
      for (const row of waiting) {
        if (rows.length === count) break
        rows.push(row)
        waiting.delete(row)
      }
      return rows
    },
    putBack(rows) {
      const newer = [...waiting]
      waiting.clear()
      for (const row of [...rows, ...newer]) waiting.add(row)
      bound()
    },
    letGo,
    forget(rows) {
      for (const row of rows) {
        waiting.delete(row)
        if (row.bodies !== undefined) letGo(row, row.bodies)
      }
    },
    get size() {
      return waiting.size
    },
    get dropped() {
      return dropped
    },
  }
}

function sizeOf({ request, response }: CapturedBodies): number {
  return [...request, ...response].reduce((sum, chunk) => sum + chunk.length, 0)
}
