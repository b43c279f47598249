import { CircleX, Info, TriangleAlert } from 'lucide-react'
import type { Attention } from '../../../contract/status.ts'
import { printable } from '../text/printable.ts'

const ICONS = { error: CircleX, warning: TriangleAlert, info: Info }

/** What needs the user, with what to do about it. Nothing at all where nothing does. */
export function AttentionList({ attention }: { readonly attention: readonly Attention[] }) {
  if (attention.length === 0) return null
  return (
    <section className="card" aria-labelledby="attention-title">
      <h2 id="attention-title" className="card-title">
        Needs attention
      </h2>
      <ul className="attention">
        {attention.map((item) => {
          const Icon = ICONS[item.severity]
          return (
            <li key={item.id} className={`attention-item attention-${item.severity}`}>
              <Icon role="img" aria-label={item.severity} />
              <div>
                <p className="attention-title">{printable(item.title)}</p>
                <p className="quiet">{printable(item.action)}</p>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
