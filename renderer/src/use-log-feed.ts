import { type Dispatch, useEffect, useReducer, useState } from 'react'
import type { LogBatch, LogEntry } from '../../contract/log-entry.ts'
import type { ControlClient } from './api.ts'
import { type FeedState, followFeed, sleep } from './live-feed.ts'
import { emptyLog, type LogAction, type LogState, RING_SIZE, reduceLog } from './requests/log-store.ts'

export type LogFeed = {
  readonly log: LogState
  readonly dispatch: Dispatch<LogAction>
  readonly feed: FeedState
}

const PAGE_SIZE = 500

/** The request log: what is stored, newest first, and every change from then on. */
export function useLogFeed(control: ControlClient): LogFeed {
  const [log, dispatch] = useReducer(reduceLog, emptyLog)
  const [feed, setFeed] = useState<FeedState>('connecting')
  useEffect(() => {
    const stop = new AbortController()
    // Never rejects: followFeed turns every error into a state.
    void followFeed<LogBatch>(
      {
        open: (signal) => openLog({ control, dispatch, signal }),
        onValue: (batch) => dispatch({ type: 'changed', entries: batch.entries }),
        onState: setFeed,
        sleep,
      },
      stop.signal,
    )
    return () => stop.abort()
  }, [control])
  return { log, dispatch, feed }
}

type OpenLog = {
  readonly control: ControlClient
  readonly dispatch: Dispatch<LogAction>
  readonly signal: AbortSignal
}

/** Loads the stored log first; the feed then begins after the newest change that was loaded, so nothing is missed. */
async function openLog({ control, dispatch, signal }: OpenLog) {
  let newest = 0
  let before: number | undefined
  for (let loaded = 0; loaded < RING_SIZE; loaded += PAGE_SIZE) {
    const entries = await control.log.list({ limit: PAGE_SIZE, before }, { signal })
    dispatch({ type: 'loaded', isFirst: loaded === 0, entries })
    newest = Math.max(newest, newestSequence(entries))
    before = entries.at(-1)?.startedAt
    if (entries.length < PAGE_SIZE) break
  }
  return control.log.feed({ after: newest }, { signal })
}

const newestSequence = (entries: readonly LogEntry[]) =>
  entries.reduce((newest, entry) => Math.max(newest, entry.sequence), 0)
