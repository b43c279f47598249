import { CloudOff, Inbox, SearchX } from 'lucide-react'
import { EmptyState } from '../parts/empty-state.tsx'
import type { Emptiness } from './requests-page.tsx'

const PLACEHOLDER_ROWS = [0, 1, 2, 3, 4, 5, 6, 7]

/** What stands where the rows would be, with the reason. */
export function TableEmptiness({ emptiness }: { readonly emptiness: Emptiness }) {
  switch (emptiness) {
    case 'loading':
      return (
        <div className="skeletons" role="status" aria-label="Reading the log">
          {PLACEHOLDER_ROWS.map((row) => (
            <div className="skeleton" key={row} />
          ))}
        </div>
      )
    case 'broken':
      return (
        <EmptyState icon={CloudOff} title="The log could not be read" isBroken>
          Portside does not answer. This page tries again by itself.
        </EmptyState>
      )
    case 'nothing-yet':
      return (
        <EmptyState icon={Inbox} title="No requests yet">
          Point a client at a base URL from <a href="#/">Home</a>; its first request appears here.
        </EmptyState>
      )
    case 'filtered-away':
      return (
        <EmptyState icon={SearchX} title="No request matches">
          Try other words, or show all states.
        </EmptyState>
      )
  }
}
