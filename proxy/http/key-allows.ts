import type { LocalKey } from '../../contract/local-key.ts'

/** Says whether a local key may use a model. A `*` at the end of an entry stands for any ending. */
export function keyAllows(key: LocalKey | undefined, model: string): boolean {
  if (key === undefined) return true
  return key.models.some((entry) =>
    entry.endsWith('*') ? model.startsWith(entry.slice(0, -1)) : entry === model,
  )
}
