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
  const ended = new Set<HeldRow>()
  const used = new Set<string>()

  function remember(id: string): void {
    used.add(id)
    if (used.size <= REMEMBERED_IDS) return
    for (const oldest of used) {
      used.delete(oldest)
      return
    }
  }

  return {
    add: (row) => void rows.set(row.id, row),
    end(row) {
      ended.add(row)
      for (const oldest of ended) {
        if (ended.size <= KEPT_ROWS) return
        ended.delete(oldest)
        rows.delete(oldest.id)
      }
    },
    get: (id) => rows.get(id),
    rows: () => [...rows.values()],
    clearEnded() {
      const cleared = [...ended]
      ended.clear()
      for (const row of cleared) rows.delete(row.id)
      return cleared
    },
    freeId(wanted) {
      let id = wanted
      for (let count = 2; used.has(id) || rows.has(id); count += 1) id = `${wanted}~${count}`
      remember(id)
      return id
    },
    get size() {
      return rows.size
    },
    get open() {
      return rows.size - ended.size
    },
  }
}
