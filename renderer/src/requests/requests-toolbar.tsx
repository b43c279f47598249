import { Pause, Play, Search, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { plural } from '../text/quantities.ts'
import type { LogQuery, StateFilter } from './log-filter.ts'

type RequestsToolbarProps = {
  readonly query: LogQuery
  readonly onQuery: (query: LogQuery) => void
  readonly isPaused: boolean
  readonly unseen: number
  readonly onPause: () => void
  readonly canClear: boolean
  readonly onClear: () => Promise<void>
}

const STATES: readonly { readonly id: StateFilter; readonly label: string }[] = [
  { id: 'all', label: 'All' },
  { id: 'running', label: 'Running' },
  { id: 'failed', label: 'Failed' },
]

export function RequestsToolbar(props: RequestsToolbarProps) {
  const { query, onQuery, isPaused, unseen, onPause } = props
  return (
    <div className="toolbar" role="toolbar" aria-label="Requests">
      <SearchField text={query.text} onText={(text) => onQuery({ ...query, text })} />
      <fieldset className="segments" aria-label="State">
        {STATES.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            className="segment"
            aria-pressed={query.state === id}
            onClick={() => onQuery({ ...query, state: id })}
          >
            {label}
          </button>
        ))}
      </fieldset>
      <span className="toolbar-gap" />
      <button type="button" className="button button-small" aria-pressed={isPaused} onClick={onPause}>
        {isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
        {isPaused ? 'Resume' : 'Pause'}
        {isPaused && unseen > 0 && <span className="badge">{plural(unseen, 'new', 'new')}</span>}
      </button>
      <ClearButton canClear={props.canClear} onClear={props.onClear} />
    </div>
  )
}

type SearchFieldProps = { readonly text: string; readonly onText: (text: string) => void }

function SearchField({ text, onText }: SearchFieldProps) {
  return (
    <div className="search">
      <Search aria-hidden="true" />
      <input
        type="search"
        aria-label="Filter requests"
        placeholder="Model, account, key, path, error…"
        maxLength={200}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      {text !== '' && (
        <button
          type="button"
          className="icon-button"
          aria-label="Clear the filter"
          onClick={() => onText('')}
        >
          <X aria-hidden="true" />
        </button>
      )}
    </div>
  )
}

type ClearButtonProps = Pick<RequestsToolbarProps, 'canClear' | 'onClear'>

/** Clearing cannot be undone, so it asks in its own place. */
function ClearButton({ canClear, onClear }: ClearButtonProps) {
  const [isAsking, setAsking] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  const clear = () => {
    setFailed(false)
    // Both outcomes are handled.
    void onClear().then(
      () => setAsking(false),
      () => setFailed(true),
    )
  }
  if (!isAsking) {
    return (
      <button
        type="button"
        className="button button-small"
        disabled={!canClear}
        onClick={() => setAsking(true)}
      >
        <Trash2 aria-hidden="true" />
        Clear log
      </button>
    )
  }
  return (
    <fieldset className="ask" aria-label="Clear log">
      <span className="quiet">{hasFailed ? 'That did not work.' : 'Delete every entry?'}</span>
      <button type="button" className="button button-small button-danger" onClick={clear}>
        Delete
      </button>
      <button type="button" className="button button-small" onClick={() => setAsking(false)}>
        Keep
      </button>
    </fieldset>
  )
}
