import { X } from 'lucide-react'
import { useCallback, useState } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import type { Api } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { RequestStateMark } from '../parts/request-state-mark.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { useCall } from '../parts/use-call.ts'
import { printable } from '../text/printable.ts'
import { AttemptList } from './attempt-list.tsx'
import { BodyView } from './body-view.tsx'
import { curlOf } from './copy-as-curl.ts'
import { ErrorCard } from './error-card.tsx'
import { isRunning } from './log-filter.ts'
import { RequestFacts } from './request-facts.tsx'

type RequestDetailProps = {
  readonly api: Api
  readonly id: string
  /** The newest state from the live feed; null where the list does not hold this request any more. */
  readonly known: LogEntry | null
  readonly origin: string
  readonly onClose: () => void
}

const TABS = [
  { id: 'summary', label: 'Summary' },
  { id: 'request', label: 'Request' },
  { id: 'response', label: 'Response' },
] as const

/** Everything about one request. Its bodies are fetched when it is opened, and again when it has ended. */
export function RequestDetail({ api, id, known, origin, onClose }: RequestDetailProps) {
  const hasEnded = known !== null && !isRunning(known)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end of a request is what completes its bodies.
  const ask = useCallback(
    (signal: AbortSignal) => api.control.log.get({ id }, { signal }),
    [api.control, id, hasEnded],
  )
  const { call } = useCall(ask)
  const [tab, setTab] = useState<(typeof TABS)[number]['id']>('summary')
  const entry = known ?? (call.state === 'ready' ? call.value.entry : null)
  const bodies = call.state === 'ready' ? call.value.bodies : null
  return (
    <aside
      className="detail"
      aria-label="Request detail"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header className="detail-head">
        <div className="detail-title">
          {entry && <RequestStateMark state={entry.state} />}
          <code className="cut">{entry ? printable(`${entry.method} ${entry.path}`) : printable(id)}</code>
        </div>
        {entry && (
          <CopyButton
            what="as curl"
            label="curl"
            text={curlOf({ entry, origin, body: bodies?.requestCut ? null : (bodies?.request ?? null) })}
            copyText={api.copyText}
          />
        )}
        <button type="button" className="icon-button" aria-label="Close the detail" onClick={onClose}>
          <X aria-hidden="true" />
        </button>
      </header>
      {entry === null && (
        <p className="detail-note quiet">
          {call.state === 'failed' ? 'The log has no such request any more.' : 'Reading…'}
        </p>
      )}
      {entry && (
        <Tabs label="Parts of the request" tabs={TABS} current={tab} onChange={setTab}>
          {tab === 'summary' && <Summary entry={entry} />}
          {tab === 'request' && <BodyView what="request" call={call} />}
          {tab === 'response' && <BodyView what="response" call={call} />}
        </Tabs>
      )}
    </aside>
  )
}

function Summary({ entry }: { readonly entry: LogEntry }) {
  return (
    <>
      <ErrorCard entry={entry} />
      <RequestFacts entry={entry} />
      <AttemptList attempts={entry.attempts} />
    </>
  )
}
