import { type RefObject, useLayoutEffect, useRef, useState } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'

type PinnedScroll = {
  readonly scroller: RefObject<HTMLElement | null>
  readonly entries: readonly LogEntry[]
  readonly rowHeight: number
}

/**
 * Pinned, the list stays at its newest row. Scrolled away, what the reader looks at stays where it is while rows come
 * in above it, and those are counted.
 */
export function usePinnedScroll({ scroller, entries, rowHeight }: PinnedScroll) {
  const [isPinned, setPinned] = useState(true)
  const [arrived, setArrived] = useState(0)
  const newestShown = useRef(entries[0]?.id)

  useLayoutEffect(() => {
    const before = newestShown.current
    newestShown.current = entries[0]?.id
    if (isPinned || before === undefined || !scroller.current) return
    const inserted = entries.findIndex((entry) => entry.id === before)
    if (inserted <= 0) return
    scroller.current.scrollTop += inserted * rowHeight
    setArrived((count) => count + inserted)
  }, [entries, isPinned, rowHeight, scroller])

  const onScroll = () => {
    const isAtTop = (scroller.current?.scrollTop ?? 0) < rowHeight / 2
    setPinned(isAtTop)
    if (isAtTop) setArrived(0)
  }
  const toNewest = () => scroller.current?.scrollTo({ top: 0 })
  return { isPinned, arrived, onScroll, toNewest }
}
