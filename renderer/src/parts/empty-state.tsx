import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

type EmptyStateProps = {
  readonly icon: LucideIcon
  readonly title: string
  readonly children?: ReactNode
  /** Set where the place is empty because something broke. */
  readonly isBroken?: boolean
}

/** Stands where a list would be. */
export function EmptyState({ icon: Icon, title, children, isBroken = false }: EmptyStateProps) {
  return (
    <div className="empty" role={isBroken ? 'alert' : undefined}>
      <span className={isBroken ? 'empty-icon empty-icon-bad' : 'empty-icon'}>
        <Icon aria-hidden="true" />
      </span>
      <p className="empty-title">{title}</p>
      {children && <div className="quiet empty-text">{children}</div>}
    </div>
  )
}
