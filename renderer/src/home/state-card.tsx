import { Play, Square } from 'lucide-react'
import { useState } from 'react'
import type { ProxyStatus } from '../../../contract/status.ts'
import { PROXY_STATES } from '../parts/proxy-state-mark.tsx'
import { useNow } from '../parts/use-now.ts'
import { printable } from '../text/printable.ts'
import { formatCount, formatUptime } from '../text/quantities.ts'

type StateCardProps = {
  readonly status: ProxyStatus | null
  readonly onStart: () => Promise<unknown>
  readonly onStop: () => Promise<unknown>
}

/** The state of the listening socket, and the one switch that changes it. */
export function StateCard({ status, onStart, onStop }: StateCardProps) {
  const [problem, setProblem] = useState<string | null>(null)
  if (!status)
    return <section className="card state-card state-card-loading" aria-label="Proxy" aria-busy="true" />

  const { word, tone, icon: Icon } = PROXY_STATES[status.state]
  const act = (action: () => Promise<unknown>) => {
    setProblem(null)
    // Both outcomes are handled: the feed shows success, this line shows failure.
    void action().catch((error: unknown) =>
      setProblem(error instanceof Error ? error.message : String(error)),
    )
  }
  const said = problem ?? status.problem
  return (
    <section className={`card state-card state-card-${tone}`} aria-label="Proxy">
      <span className={`state-orb state-orb-${tone}`}>
        <Icon aria-hidden="true" />
      </span>
      <div className="state-words">
        <p className="state-word" role="status">
          {word}
        </p>
        <p className="quiet">
          <Whereabouts status={status} />
        </p>
        {said && <p className="state-problem">{printable(said)}</p>}
      </div>
      <Figures status={status} />
      <StateButton status={status} onStart={() => act(onStart)} onStop={() => act(onStop)} />
    </section>
  )
}

function Whereabouts({ status }: { readonly status: ProxyStatus }) {
  const now = useNow(30_000)
  const address = `${status.host}:${status.port}`
  if (status.startedAt === null) return <>{`Starts on ${address}`}</>
  return (
    <>
      Listening on <code>{address}</code> for {formatUptime(status.startedAt, now)}
    </>
  )
}

function Figures({ status }: { readonly status: ProxyStatus }) {
  const { accounts } = status
  return (
    <dl className="figures">
      <Figure label="Requests" value={formatCount(status.requests)} />
      <Figure label="Failed" value={formatCount(status.failures)} isBad={status.failures > 0} />
      <Figure label="Running now" value={formatCount(status.activeRequests)} />
      <Figure
        label="Accounts"
        value={accounts.total === 0 ? 'Demo' : `${accounts.usable} of ${accounts.total}`}
      />
    </dl>
  )
}

type FigureProps = { readonly label: string; readonly value: string; readonly isBad?: boolean }

function Figure({ label, value, isBad = false }: FigureProps) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd className={isBad ? 'figure-bad' : undefined}>{value}</dd>
    </div>
  )
}

type StateButtonProps = {
  readonly status: ProxyStatus
  readonly onStart: () => void
  readonly onStop: () => void
}

function StateButton({ status, onStart, onStop }: StateButtonProps) {
  const { state, mode } = status
  if (state === 'stopped' || state === 'failed') {
    return (
      <button type="button" className="button button-primary" onClick={onStart}>
        <Play aria-hidden="true" />
        Start proxy
      </button>
    )
  }
  // Headless, stopping would take this very page away; the service is stopped where it was started.
  if (mode === 'headless') return null
  return (
    <button
      type="button"
      className="button"
      onClick={onStop}
      disabled={state === 'starting' || state === 'draining'}
    >
      <Square aria-hidden="true" />
      {state === 'draining' ? 'Stopping…' : 'Stop proxy'}
    </button>
  )
}
