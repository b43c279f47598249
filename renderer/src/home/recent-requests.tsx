import { ArrowRight, Inbox } from 'lucide-react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { RequestStateMark } from '../parts/request-state-mark.tsx'
import type { LogState } from '../requests/log-store.ts'
import { accountWords, durationWords, modelNames, tokenWords } from '../requests/request-words.ts'
import { formatRoute } from '../route.ts'
import { formatClock } from '../text/quantities.ts'

const SHOWN = 5

/** The last requests, live; each leads to its row. */
export function RecentRequests({ log }: { readonly log: LogState }) {
  return (
    <section className="card recent" aria-labelledby="recent-title">
      <div className="card-head">
        <h2 id="recent-title" className="card-title">
          Latest requests
        </h2>
        <a className="link" href={formatRoute({ page: 'requests', selected: null })}>
          All requests <ArrowRight aria-hidden="true" />
        </a>
      </div>
      {log.entries.length === 0 ? (
        <EmptyState icon={Inbox} title={log.isLoaded ? 'No requests yet' : 'Reading the log…'}>
          {log.isLoaded && 'The first one shows up here the moment it arrives.'}
        </EmptyState>
      ) : (
        <ul className="recent-list">
          {log.entries.slice(0, SHOWN).map((entry) => (
            <RecentRequest key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  )
}

function RecentRequest({ entry }: { readonly entry: LogEntry }) {
  const { asked } = modelNames(entry)
  return (
    <li>
      <a className="recent-row" href={formatRoute({ page: 'requests', selected: entry.id })}>
        <span className="quiet numeric">{formatClock(entry.startedAt)}</span>
        <RequestStateMark state={entry.state} />
        <span className="recent-model cut">{asked}</span>
        <span className="quiet cut recent-account">{accountWords(entry)}</span>
        <span className="quiet numeric recent-tokens">{tokenWords(entry)}</span>
        <span className="quiet numeric">{durationWords(entry)}</span>
      </a>
    </li>
  )
}
