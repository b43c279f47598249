import { type SubmitEvent, useState } from 'react'

type NewKeyFormProps = {
  readonly onAdd: (name: string) => Promise<void>
  readonly onCancel: () => void
}

export function NewKeyForm({ onAdd, onCancel }: NewKeyFormProps) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    // Both outcomes are handled: success closes the form.
    void onAdd(name.trim()).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : 'The key could not be made.')
    })
  }
  return (
    <form className="new-key" onSubmit={submit} aria-label="New key">
      <label htmlFor="new-key-name">Name</label>
      <input
        id="new-key-name"
        // biome-ignore lint/a11y/noAutofocus: the form opens on the user's own click, to type the name.
        autoFocus
        maxLength={80}
        placeholder="Claude Code on my laptop"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button button-small button-primary" disabled={name.trim() === ''}>
        Create key
      </button>
      <button type="button" className="button button-small" onClick={onCancel}>
        Cancel
      </button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  )
}
