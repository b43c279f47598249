// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed one by one, which table elements do not allow.
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowUp } from 'lucide-react'
import { type KeyboardEvent, useCallback, useId, useRef } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { COLUMNS } from './columns.tsx'
import { RequestRow } from './request-row.tsx'
import type { Emptiness } from './requests-page.tsx'
import { TableEmptiness } from './table-emptiness.tsx'
import { usePinnedScroll } from './use-pinned-scroll.ts'

export const ROW_HEIGHT = 34

type RequestTableProps = {
  /** Newest first. */
  readonly entries: readonly LogEntry[]
  readonly emptiness: Emptiness
  readonly selected: string | null
  readonly onSelect: (id: string | null) => void
}

/** The live table: only the visible rows exist, and it stays at the newest until the user scrolls away. */
export function RequestTable({ entries, emptiness, selected, onSelect }: RequestTableProps) {
  const base = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const getItemKey = useCallback((index: number) => entries[index]?.id ?? index, [entries])
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey,
    overscan: 8,
  })
  const pin = usePinnedScroll({ scroller, entries, rowHeight: ROW_HEIGHT })

  const onKeyDown = (event: KeyboardEvent) => {
    const next = nextIndex(event.key, entries, selected)
    if (next === null) return
    event.preventDefault()
    const entry = entries[next]
    if (!entry) return
    onSelect(entry.id)
    virtualizer.scrollToIndex(next)
  }
  const rows = virtualizer.getVirtualItems()
  const isSelectedDrawn = rows.some((row) => row.key === selected)
  return (
    <div className="table-frame">
      <div
        className="table"
        role="grid"
        aria-label="Requests"
        aria-rowcount={entries.length + 1}
        aria-activedescendant={isSelectedDrawn ? `${base}-${selected}` : undefined}
        tabIndex={0}
        ref={scroller}
        onScroll={pin.onScroll}
        onKeyDown={onKeyDown}
      >
        <HeaderRow />
        {entries.length === 0 ? (
          <TableEmptiness emptiness={emptiness} />
        ) : (
          <div className="table-rows" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
            {rows.map(({ key, index, start }) => {
              const entry = entries[index]
              return entry ? (
                <RequestRow
                  key={key}
                  domId={`${base}-${entry.id}`}
                  entry={entry}
                  rowIndex={index + 2}
                  offset={start}
                  isSelected={entry.id === selected}
                  onSelect={onSelect}
                />
              ) : null
            })}
          </div>
        )}
      </div>
      {!pin.isPinned && entries.length > 0 && (
        <button type="button" className="newest-button" onClick={pin.toNewest}>
          <ArrowUp aria-hidden="true" />
          {pin.arrived > 0 ? `${pin.arrived} newer` : 'To the newest'}
        </button>
      )}
    </div>
  )
}

function HeaderRow() {
  return (
    <div className="table-head" role="rowgroup">
      <div className="table-row table-row-head" role="row" aria-rowindex={1} tabIndex={-1}>
        {COLUMNS.map(({ id, title }) => (
          <span key={id} role="columnheader" className={`cell cell-${id}`} tabIndex={-1}>
            {title}
          </span>
        ))}
      </div>
    </div>
  )
}

const PAGE_ROWS = 10

function nextIndex(key: string, entries: readonly LogEntry[], selected: string | null): number | null {
  const current = entries.findIndex((entry) => entry.id === selected)
  const last = entries.length - 1
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, current + 1)
    case 'ArrowUp':
      return Math.max(0, current - 1)
    case 'PageDown':
      return Math.min(last, current + PAGE_ROWS)
    case 'PageUp':
      return Math.max(0, current - PAGE_ROWS)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}
