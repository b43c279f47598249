import { useEffect, useState } from 'react'
import type { ProxyStatus } from '../../contract/status.ts'
import type { ControlClient } from './api.ts'
import { type FeedState, followFeed, sleep } from './live-feed.ts'

export type StatusFeed = { readonly status: ProxyStatus | null; readonly feed: FeedState }

/** The proxy's status, as the proxy announces it. */
export function useStatusFeed(control: ControlClient): StatusFeed {
  const [status, setStatus] = useState<ProxyStatus | null>(null)
  const [feed, setFeed] = useState<FeedState>('connecting')
  useEffect(() => {
    const stop = new AbortController()
    // Never rejects: followFeed turns every error into a state.
    void followFeed(
      {
        open: (signal) => control.status.feed(undefined, { signal }),
        onValue: setStatus,
        onState: setFeed,
        sleep,
      },
      stop.signal,
    )
    return () => stop.abort()
  }, [control])
  return { status, feed }
}
