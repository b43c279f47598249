export type FeedState = 'connecting' | 'live' | 'lost'

export type LiveFeed<Value> = {
  /** Opens the feed anew; called again after every drop. */
  readonly open: (signal: AbortSignal) => AsyncIterable<Value> | Promise<AsyncIterable<Value>>
  readonly onValue: (value: Value) => void
  readonly onState: (state: FeedState, error?: unknown) => void
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>
}

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 8_000

/** How long to wait before the next try: twice as long each time, at most eight seconds. */
export const backOffMs = (failures: number) =>
  Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1))

/** Reads a feed until the signal aborts, and opens it again after every end or error. */
export async function followFeed<Value>(feed: LiveFeed<Value>, signal: AbortSignal): Promise<void> {
  let failures = 0
  feed.onState('connecting')
  while (!signal.aborted) {
    const error = await readOnce(feed, signal, () => {
      failures = 0
    })
    if (signal.aborted) return
    failures += 1
    feed.onState('lost', error)
    await feed.sleep(backOffMs(failures), signal)
  }
}

async function readOnce<Value>(
  feed: LiveFeed<Value>,
  signal: AbortSignal,
  onLive: () => void,
): Promise<unknown> {
  try {
    const values = await feed.open(signal)
    feed.onState('live')
    for await (const value of values) {
      onLive()
      feed.onValue(value)
      if (signal.aborted) return undefined
    }
    return new Error('the feed ended')
  } catch (error) {
    return error
  }
}

/** Resolves after the delay, or at once when the signal aborts. */
export function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, delayMs)
    signal.addEventListener('abort', done)
  })
}
