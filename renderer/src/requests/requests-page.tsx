import { useDeferredValue, useMemo, useState } from 'react'
import type { ProxyStatus } from '../../../contract/status.ts'
import type { Api } from '../api.ts'
import { goTo } from '../route.ts'
import type { LogFeed } from '../use-log-feed.ts'
import { filterEntries, type LogQuery } from './log-filter.ts'
import { countUnseen } from './log-store.ts'
import { RequestDetail } from './request-detail.tsx'
import { RequestTable } from './request-table.tsx'
import { RequestsToolbar } from './requests-toolbar.tsx'
import { SummaryStrip } from './summary-strip.tsx'
import './requests-page.css'
import './request-detail.css'

type RequestsPageProps = {
  readonly api: Api
  readonly status: ProxyStatus | null
  readonly logFeed: LogFeed
  readonly selected: string | null
}

const select = (id: string | null) => goTo({ page: 'requests', selected: id })

/** Every request, live, and everything known about the selected one. */
export function RequestsPage({ api, status, logFeed, selected }: RequestsPageProps) {
  const { log, dispatch, feed } = logFeed
  const [query, setQuery] = useState<LogQuery>({ text: '', state: 'all' })
  const deferredQuery = useDeferredValue(query)
  const shown = useMemo(() => filterEntries(log.entries, deferredQuery), [log.entries, deferredQuery])
  const selectedEntry =
    selected === null ? null : (log.entries.find((entry) => entry.id === selected) ?? null)

  async function clear() {
    await api.control.log.clear()
    dispatch({ type: 'cleared' })
    select(null)
  }
  return (
    <div className="page requests">
      <h1 className="sr-only">Requests</h1>
      <RequestsToolbar
        query={query}
        onQuery={setQuery}
        isPaused={log.isPaused}
        unseen={countUnseen(log)}
        onPause={() => dispatch({ type: log.isPaused ? 'resumed' : 'paused' })}
        canClear={log.entries.length > 0}
        onClear={clear}
      />
      <SummaryStrip entries={shown} />
      <div className="requests-body">
        <RequestTable
          entries={shown}
          emptiness={emptinessOf({
            isLoaded: log.isLoaded,
            isLost: feed === 'lost',
            total: log.entries.length,
          })}
          selected={selected}
          onSelect={select}
        />
        {selected !== null && (
          <RequestDetail
            key={selected}
            api={api}
            id={selected}
            known={selectedEntry}
            origin={status ? new URL(status.baseUrls.anthropic).origin : ''}
            onClose={() => select(null)}
          />
        )}
      </div>
    </div>
  )
}

/** Why the table would have no rows. */
export type Emptiness = 'loading' | 'broken' | 'nothing-yet' | 'filtered-away'

function emptinessOf(log: { isLoaded: boolean; isLost: boolean; total: number }): Emptiness {
  if (log.total > 0) return 'filtered-away'
  if (log.isLoaded) return 'nothing-yet'
  return log.isLost ? 'broken' : 'loading'
}
