import { House, ListTree, LogOut, type LucideIcon, Power } from 'lucide-react'
import type { ProxyStatus } from '../../../contract/status.ts'
import { ProxyStateMark } from '../parts/proxy-state-mark.tsx'
import { formatRoute, type Route } from '../route.ts'
import { formatCount } from '../text/quantities.ts'
import { BrandMark } from './brand-mark.tsx'

type SidebarProps = {
  readonly page: Route['page']
  readonly status: ProxyStatus | null
  readonly running: number
  readonly onSignOut: (() => Promise<void>) | null
  readonly onQuit: (() => Promise<void>) | null
}

export function Sidebar({ page, status, running, onSignOut, onQuit }: SidebarProps) {
  return (
    <aside className="sidebar">
      <div className="sidebar-brand">
        <BrandMark />
        <span className="sidebar-text">Portside</span>
      </div>
      <nav className="sidebar-nav" aria-label="Pages">
        <PageLink icon={House} label="Home" route={{ page: 'home' }} isCurrent={page === 'home'} />
        <PageLink
          icon={ListTree}
          label="Requests"
          route={{ page: 'requests', selected: null }}
          isCurrent={page === 'requests'}
          running={running}
        />
      </nav>
      <div className="sidebar-foot">
        {onSignOut && <FootButton icon={LogOut} label="Sign out" act={onSignOut} />}
        {onQuit && <FootButton icon={Power} label="Quit" act={onQuit} />}
        {status && (
          <div className="sidebar-status" title={`Portside ${status.version}`}>
            <ProxyStateMark state={status.state} />
            <span className="sidebar-version">{status.version}</span>
          </div>
        )}
      </div>
    </aside>
  )
}

type FootButtonProps = {
  readonly icon: LucideIcon
  readonly label: string
  readonly act: () => Promise<void>
}

function FootButton({ icon: Icon, label, act }: FootButtonProps) {
  // Where it fails, everything is as it was, and the button is still there.
  const press = () => void act().catch(() => undefined)
  return (
    <button type="button" className="sidebar-link" onClick={press} title={label} aria-label={label}>
      <Icon aria-hidden="true" />
      <span className="sidebar-text">{label}</span>
    </button>
  )
}

type PageLinkProps = {
  readonly icon: LucideIcon
  readonly label: string
  readonly route: Route
  readonly isCurrent: boolean
  readonly running?: number
}

function PageLink({ icon: Icon, label, route, isCurrent, running = 0 }: PageLinkProps) {
  return (
    <a
      className="sidebar-link"
      href={formatRoute(route)}
      aria-current={isCurrent ? 'page' : undefined}
      title={label}
      aria-label={running > 0 ? `${label}, ${running} running` : label}
    >
      <Icon aria-hidden="true" />
      <span className="sidebar-text">{label}</span>
      {running > 0 && (
        <span className="sidebar-count" aria-hidden="true">
          {formatCount(running)}
        </span>
      )}
    </a>
  )
}
