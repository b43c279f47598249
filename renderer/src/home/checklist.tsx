import { ArrowRight, CircleCheck, CircleDashed, Sparkles } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ProxyStatus } from '../../../contract/status.ts'
import type { LogState } from '../requests/log-store.ts'
import { formatRoute } from '../route.ts'
import { printable } from '../text/printable.ts'
import { plural } from '../text/quantities.ts'
import { progressOf } from './progress.ts'

type ChecklistProps = { readonly status: ProxyStatus | null; readonly log: LogState }

/** The three steps from nothing to a first answer. */
export function Checklist({ status, log }: ChecklistProps) {
  if (!status) return null
  const { hasAccount, isReached, firstAnswered } = progressOf(status, log.entries)
  return (
    <section className="card" aria-labelledby="checklist-title">
      <h2 id="checklist-title" className="card-title">
        {hasAccount && isReached && firstAnswered ? 'All set' : 'Getting started'}
      </h2>
      <ol className="checklist">
        <Step
          isDone={hasAccount}
          isDemo
          title={hasAccount ? plural(status.accounts.total, 'account') : 'The built-in demo answers'}
        >
          {hasAccount ? (
            `${status.accounts.usable} of ${status.accounts.total} usable now`
          ) : (
            <>
              Real models need an account, added in <code className="breaks">{printable(status.home)}</code>
            </>
          )}
        </Step>
        <Step isDone={isReached} title={isReached ? 'A client points here' : 'Point a client here'}>
          {isReached ? 'Requests arrive' : 'Copy a base URL or a snippet, and a key'}
        </Step>
        <Step
          isDone={firstAnswered !== null}
          title={firstAnswered ? 'First request answered' : 'Waiting for the first request'}
        >
          {firstAnswered ? (
            <a className="link" href={formatRoute({ page: 'requests', selected: firstAnswered.id })}>
              Show it <ArrowRight aria-hidden="true" />
            </a>
          ) : (
            'It appears here by itself'
          )}
        </Step>
      </ol>
    </section>
  )
}

type StepProps = {
  readonly title: string
  readonly isDone: boolean
  /** While it is not done, the demo stands in. */
  readonly isDemo?: boolean
  readonly children: ReactNode
}

function Step({ title, isDone, isDemo = false, children }: StepProps) {
  const OpenIcon = isDemo ? Sparkles : CircleDashed
  return (
    <li className={isDone ? 'step step-done' : 'step'}>
      {isDone ? <CircleCheck role="img" aria-label="Done" /> : <OpenIcon role="img" aria-label="To do" />}
      <div>
        <p className="step-title">{title}</p>
        <p className="quiet">{children}</p>
      </div>
    </li>
  )
}
