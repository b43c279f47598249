import type { LogEntry } from '../../../contract/log-entry.ts'
import { isFailed, isRunning } from './log-filter.ts'

export type LogSummary = {
  readonly total: number
  readonly running: number
  readonly failed: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Half of the requests had their first byte sooner. */
  readonly medianFirstByteMs: number | null
}

/** The figures above the table. */
export function summarizeLog(entries: readonly LogEntry[]): LogSummary {
  const sum = (of: (entry: LogEntry) => number | null) =>
    entries.reduce((total, entry) => total + (of(entry) ?? 0), 0)
  return {
    total: entries.length,
    running: entries.filter(isRunning).length,
    failed: entries.filter(isFailed).length,
    inputTokens: sum((entry) => entry.inputTokens),
    outputTokens: sum((entry) => entry.outputTokens),
    medianFirstByteMs: median(entries.flatMap((entry) => entry.firstByteMs ?? [])),
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}
