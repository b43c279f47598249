import { ArrowRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { RequestStateMark } from '../parts/request-state-mark.tsx'
import { formatClock, NOTHING } from '../text/quantities.ts'
import {
  accountWords,
  durationWords,
  firstByteWords,
  modelNames,
  protocolWord,
  sizeWords,
  tokenWords,
} from './request-words.ts'

type Column = {
  /** Also names the column's CSS class, `cell-<id>`. */
  readonly id: string
  readonly title: string
  readonly cell: (entry: LogEntry) => ReactNode
}

export const COLUMNS: readonly Column[] = [
  { id: 'time', title: 'Time', cell: (entry) => formatClock(entry.startedAt) },
  { id: 'state', title: 'State', cell: (entry) => <RequestStateMark state={entry.state} /> },
  { id: 'status', title: 'Status', cell: (entry) => <StatusCode entry={entry} /> },
  { id: 'protocol', title: 'Protocol', cell: (entry) => protocolWord(entry.protocol) },
  { id: 'model', title: 'Model', cell: (entry) => <Models entry={entry} /> },
  { id: 'account', title: 'Account', cell: accountWords },
  { id: 'tokens', title: 'Tokens in / out', cell: tokenWords },
  { id: 'first-byte', title: 'First byte', cell: firstByteWords },
  { id: 'duration', title: 'Duration', cell: durationWords },
  { id: 'size', title: 'Size in / out', cell: sizeWords },
]

export function StatusCode({ entry }: { readonly entry: LogEntry }) {
  if (entry.status === null) return NOTHING
  return <span className={entry.state === 'failed' ? 'figure-bad' : undefined}>{entry.status}</span>
}

function Models({ entry }: { readonly entry: LogEntry }) {
  const { asked, answered } = modelNames(entry)
  if (answered === null) return asked
  return (
    <>
      {asked} <ArrowRight className="model-arrow" role="img" aria-label="answered by" />{' '}
      <span className="quiet">{answered}</span>
    </>
  )
}
