import { useEffect } from 'react'
import type { Api } from '../api.ts'
import { HomePage } from '../home/home-page.tsx'
import { isRunning } from '../requests/log-filter.ts'
import { RequestsPage } from '../requests/requests-page.tsx'
import { goTo, parseRoute, useRoute } from '../route.ts'
import { useLogFeed } from '../use-log-feed.ts'
import { useStatusFeed } from '../use-status-feed.ts'
import { ConnectionBanner } from './connection-banner.tsx'
import { Sidebar } from './sidebar.tsx'
import './shell.css'

/** The frame around the pages. It keeps the two feeds, so that changing the page loses nothing. */
export function Shell({ api }: { readonly api: Api }) {
  const route = useRoute()
  const { status, feed: statusFeed } = useStatusFeed(api.control)
  const logFeed = useLogFeed(api.control)
  useEffect(() => api.onShow((place) => goTo(parseRoute(place))), [api])

  const isLost = statusFeed === 'lost' || logFeed.feed === 'lost'
  return (
    <div className="shell">
      <Sidebar
        page={route.page}
        status={isLost ? null : status}
        running={logFeed.log.entries.filter(isRunning).length}
        onSignOut={api.session?.signOut ?? null}
        onQuit={api.quit}
      />
      <main className="shell-main">
        {isLost && <ConnectionBanner />}
        {route.page === 'home' ? (
          <HomePage api={api} status={status} log={logFeed.log} />
        ) : (
          <RequestsPage api={api} status={status} logFeed={logFeed} selected={route.selected} />
        )}
      </main>
    </div>
  )
}
