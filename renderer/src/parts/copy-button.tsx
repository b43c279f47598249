import { Check, Copy, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'

type CopyButtonProps = {
  /** What the button copies, in words: "Copy <what>". */
  readonly what: string
  readonly text: string
  readonly copyText: (text: string) => Promise<void>
  /** Shown beside the icon; without it the button is the icon alone. */
  readonly label?: string
}

type Outcome = 'idle' | 'copied' | 'failed'
const ICONS = { idle: Copy, copied: Check, failed: TriangleAlert }
const SAID = { idle: '', copied: 'Copied', failed: 'Could not copy' }

export function CopyButton({ what, text, copyText, label }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>('idle')
  useEffect(() => {
    if (outcome === 'idle') return
    const timer = setTimeout(() => setOutcome('idle'), 1600)
    return () => clearTimeout(timer)
  }, [outcome])

  const Icon = ICONS[outcome]
  const copy = () =>
    copyText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  return (
    <button
      type="button"
      className={label ? 'button button-small' : 'icon-button'}
      data-outcome={outcome}
      aria-label={`Copy ${what}`}
      title={SAID[outcome] || `Copy ${what}`}
      onClick={() => void copy()}
    >
      <Icon aria-hidden="true" />
      {label && <span>{outcome === 'idle' ? label : SAID[outcome]}</span>}
      <span className="sr-only" role="status">
        {SAID[outcome]}
      </span>
    </button>
  )
}
