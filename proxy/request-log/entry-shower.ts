import type { LogEntry } from '../../contract/log-entry.ts'
import type { HeldRow } from './log-row.ts'
import { createRedactor, type Redactor } from './redact.ts'
import { redactEntry } from './redact-entry.ts'

/** Turns held rows into what may be seen, with the secrets that are known at that moment. */
export type EntryShower = {
  show(rows: readonly HeldRow[]): LogEntry[]
  redactor(): Redactor
  /** The same array until the secrets change. */
  secrets(): readonly string[]
}

export function createEntryShower(readSecrets: () => readonly string[]): EntryShower {
  let known: readonly string[] = []
  let redactor = createRedactor(known)
  let redaction = 0

  function refresh(): void {
    const secrets = readSecrets()
    if (secrets.length === known.length && secrets.every((secret, index) => secret === known[index])) return
    known = [...secrets]
    redactor = createRedactor(known)
    redaction += 1
  }

  function showOne(row: HeldRow): LogEntry {
    const { entry, shown } = row
    if (shown?.sequence === entry.sequence && shown.redaction === redaction) return shown.entry
    const fresh = redactEntry(entry, redactor)
    row.shown = { entry: fresh, sequence: entry.sequence, redaction }
    return fresh
  }

  return {
    show(rows) {
      refresh()
      return rows.map(showOne)
    },
    redactor() {
      refresh()
      return redactor
    },
    secrets() {
      refresh()
      return known
    },
  }
}
