import { useMemo } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { formatCount, formatDuration } from '../text/quantities.ts'
import { summarizeLog } from './log-summary.ts'

/** The figures of the requests that are shown. */
export function SummaryStrip({ entries }: { readonly entries: readonly LogEntry[] }) {
  const summary = useMemo(() => summarizeLog(entries), [entries])
  const figures = [
    ['Shown', formatCount(summary.total)],
    ['Running', formatCount(summary.running)],
    ['Failed', formatCount(summary.failed)],
    ['Median first byte', formatDuration(summary.medianFirstByteMs)],
    ['Tokens in', formatCount(summary.inputTokens)],
    ['Tokens out', formatCount(summary.outputTokens)],
  ] as const
  return (
    <dl className="strip" aria-label="Summary">
      {figures.map(([label, value]) => (
        <div className="strip-figure" key={label}>
          <dt>{label}</dt>
          <dd className={label === 'Failed' && summary.failed > 0 ? 'figure-bad' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
