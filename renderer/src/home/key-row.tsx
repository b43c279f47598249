import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import type { LocalKey } from '../../../contract/local-key.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import type { Call } from '../parts/use-call.ts'
import { printable } from '../text/printable.ts'
import { plural } from '../text/quantities.ts'
import { NewKeyForm } from './new-key-form.tsx'

type KeyRowProps = {
  readonly keys: Call<readonly LocalKey[]>
  /** The text of the key that was made just now. */
  readonly secret: string | null
  readonly onAdd: (name: string) => Promise<void>
  readonly onHide: () => void
  readonly copyText: (text: string) => Promise<void>
}

/** Which local key clients send, and a new one where none is at hand. */
export function KeyRow({ keys, secret, onAdd, onHide, copyText }: KeyRowProps) {
  const [isAdding, setAdding] = useState(false)
  const add = async (name: string) => {
    await onAdd(name)
    setAdding(false)
  }
  return (
    <div className="key-row">
      <div className="row">
        <span className="row-name">Key</span>
        <span className="row-value">
          <KeyHint keys={keys} />
        </span>
        {!isAdding && (
          <button type="button" className="button button-small" onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" />
            New key
          </button>
        )}
      </div>
      {isAdding && <NewKeyForm onAdd={add} onCancel={() => setAdding(false)} />}
      {secret && <NewSecret secret={secret} onHide={onHide} copyText={copyText} />}
    </div>
  )
}

function KeyHint({ keys }: { readonly keys: Call<readonly LocalKey[]> }) {
  if (keys.state === 'loading') return <span className="quiet">…</span>
  if (keys.state === 'failed') return <span className="quiet">The keys could not be read.</span>
  const [first, ...others] = keys.value
  if (!first) return <span className="quiet">No key yet: make one for your first client.</span>
  return (
    <>
      <code>{printable(first.masked)}</code> <span className="quiet">{printable(first.name)}</span>
      {others.length > 0 && <span className="quiet"> and {plural(others.length, 'other')}</span>}
    </>
  )
}

type NewSecretProps = Pick<KeyRowProps, 'onHide' | 'copyText'> & { readonly secret: string }

function NewSecret({ secret, onHide, copyText }: NewSecretProps) {
  return (
    <fieldset className="new-secret" aria-label="New key">
      <KeyRound aria-hidden="true" />
      <div>
        <code className="new-secret-text">{secret}</code>
        <p className="quiet">Copy it now: it is shown this once. The snippets below have it filled in.</p>
      </div>
      <CopyButton what="new key" text={secret} copyText={copyText} label="Copy" />
      <button type="button" className="button button-small" onClick={onHide}>
        Hide
      </button>
    </fieldset>
  )
}
