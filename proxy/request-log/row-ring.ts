import type { HeldRow } from './log-row.ts'

const KEPT_ROWS = 2_000
const REMEMBERED_IDS = 20_000

/** The newest rows in memory: every open one, and ended ones up to a bound. */
export type RowRing = {
  add(row: HeldRow): void
  end(row: HeldRow): void
  get(id: string): HeldRow | undefined
  rows(): readonly HeldRow[]
  clearEnded(): HeldRow[]
  /** The wanted id, or one made from it where another request had the same. */
  freeId(wanted: string): string
  readonly size: number
  readonly open: number
}

export const RING_ROWS = KEPT_ROWS

export function createRowRing(): RowRing {
  const rows = new Map<string, HeldRow>()
  /** The last `KEPT_ROWS` rows that ended, the next one takes the place of the oldest. */
  const ended: HeldRow[] = []
  let endedCount = 0
  /** Ids of earlier requests in two halves: when the newer one is full, the older one is forgotten. */
  let used = new Set<string>()
  let usedBefore = new Set<string>()

  function remember(id: string): void {
    used.add(id)
    if (used.size < REMEMBERED_IDS / 2) return
    usedBefore = used
    used = new Set()
  }

  return {
    add: (row) => void rows.set(row.id, row),
    end(row) {
      const place = endedCount++ % KEPT_ROWS
      const oldest = ended[place]
      if (oldest !== undefined) rows.delete(oldest.id)
      ended[place] = row
    },
    get: (id) => rows.get(id),
    rows: () => [...rows.values()],
    clearEnded() {
      const cleared = ended.splice(0)
      endedCount = 0
      for (const row of cleared) rows.delete(row.id)
      return cleared
    },
    freeId(wanted) {
      let id = wanted
      for (let count = 2; used.has(id) || usedBefore.has(id) || rows.has(id); count += 1)
        id = `${wanted}~${count}`
      remember(id)
      return id
    },
    get size() {
      return rows.size
    },
    get open() {
      return rows.size - ended.length
    },
  }
}
