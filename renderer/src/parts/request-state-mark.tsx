import {
  Ban,
  CircleCheck,
  CircleX,
  Hourglass,
  Inbox,
  LoaderCircle,
  type LucideIcon,
  Radio,
} from 'lucide-react'
import type { LogState } from '../../../contract/log-entry.ts'
import { STATE_WORDS } from '../requests/request-words.ts'

type Look = { readonly tone: 'good' | 'busy' | 'live' | 'bad' | 'quiet'; readonly icon: LucideIcon }

const LOOKS: Record<LogState, Look> = {
  receiving: { tone: 'busy', icon: Inbox },
  queued: { tone: 'busy', icon: Hourglass },
  waiting: { tone: 'busy', icon: LoaderCircle },
  streaming: { tone: 'live', icon: Radio },
  done: { tone: 'good', icon: CircleCheck },
  failed: { tone: 'bad', icon: CircleX },
  cancelled: { tone: 'quiet', icon: Ban },
}

/** A request's state as an icon and a word, never by colour alone. */
export function RequestStateMark({ state }: { readonly state: LogState }) {
  const { tone, icon: Icon } = LOOKS[state]
  return (
    <span className={`mark mark-${tone}`} data-state={state}>
      <Icon aria-hidden="true" />
      <span className="mark-word">{STATE_WORDS[state]}</span>
    </span>
  )
}
