import type { LogBodies, LogEntry } from '../../../contract/log-entry.ts'
import type { Call } from '../parts/use-call.ts'
import { readableBody } from './readable-body.ts'

type BodyViewProps = {
  readonly what: 'request' | 'response'
  readonly call: Call<{ readonly entry: LogEntry; readonly bodies: LogBodies }>
}

/** A kept body, as text and nothing but text. */
export function BodyView({ what, call }: BodyViewProps) {
  if (call.state === 'loading') return <p className="detail-note quiet">Reading…</p>
  if (call.state === 'failed') return <p className="detail-note quiet">The body could not be read.</p>
  const { bodies } = call.value
  const body = bodies[what]
  const isCut = what === 'request' ? bodies.requestCut : bodies.responseCut
  if (body === null) {
    return (
      <p className="detail-note quiet">
        This {what} was not kept. Bodies of failed requests are kept; set <code>log.bodies</code> to{' '}
        <code>all</code> in config.json to keep every one.
      </p>
    )
  }
  return (
    <>
      {isCut && <p className="detail-note quiet">Only the beginning was kept.</p>}
      <section aria-label={`Body of the ${what}`}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <pre className="code body-text" tabIndex={0}>
          {readableBody(body)}
        </pre>
      </section>
    </>
  )
}
