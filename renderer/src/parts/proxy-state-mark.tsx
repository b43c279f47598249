import { CircleAlert, CircleDashed, CircleX, LoaderCircle, type LucideIcon, Radio } from 'lucide-react'
import type { ProxyState } from '../../../contract/status.ts'

type Look = {
  readonly word: string
  readonly tone: 'good' | 'busy' | 'warn' | 'bad' | 'quiet'
  readonly icon: LucideIcon
}

export const PROXY_STATES: Record<ProxyState, Look> = {
  running: { word: 'Running', tone: 'good', icon: Radio },
  partial: { word: 'Partly running', tone: 'warn', icon: CircleAlert },
  starting: { word: 'Starting', tone: 'busy', icon: LoaderCircle },
  draining: { word: 'Stopping', tone: 'busy', icon: LoaderCircle },
  stopped: { word: 'Stopped', tone: 'quiet', icon: CircleDashed },
  failed: { word: 'Not running', tone: 'bad', icon: CircleX },
}

/** The proxy's state as an icon and a word. */
export function ProxyStateMark({ state }: { readonly state: ProxyState }) {
  const { word, tone, icon: Icon } = PROXY_STATES[state]
  return (
    <span className={`mark mark-${tone}`}>
      <Icon aria-hidden="true" />
      <span className="mark-word">{word}</span>
    </span>
  )
}
