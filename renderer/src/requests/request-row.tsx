// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are placed one by one, which table elements do not allow.
import { memo } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { COLUMNS } from './columns.tsx'

type RequestRowProps = {
  readonly domId: string
  readonly entry: LogEntry
  readonly rowIndex: number
  readonly offset: number
  readonly isSelected: boolean
  readonly onSelect: (id: string) => void
}

export const RequestRow = memo(function RequestRow(props: RequestRowProps) {
  const { domId, entry, rowIndex, offset, isSelected, onSelect } = props
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself has the keys; rows come and go with scrolling.
    <div
      id={domId}
      className="table-row"
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={isSelected}
      tabIndex={-1}
      style={{ transform: `translateY(${offset}px)` }}
      onClick={() => onSelect(entry.id)}
    >
      {COLUMNS.map(({ id, cell }) => (
        <span key={id} role="gridcell" tabIndex={-1} className={`cell cell-${id}`}>
          {cell(entry)}
        </span>
      ))}
    </div>
  )
})
