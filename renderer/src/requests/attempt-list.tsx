import { CircleCheck, CircleX, LoaderCircle } from 'lucide-react'
import type { AttemptRecord } from '../../../contract/log-entry.ts'
import { printable } from '../text/printable.ts'
import { formatBytes, formatDuration } from '../text/quantities.ts'
import { accountWords } from './request-words.ts'

/** The upstream requests behind one request, each with why its account was chosen. */
export function AttemptList({ attempts }: { readonly attempts: readonly AttemptRecord[] }) {
  if (attempts.length === 0) return null
  return (
    <section aria-labelledby="attempts-title">
      <h3 id="attempts-title" className="detail-heading">
        {attempts.length === 1 ? 'One attempt' : `${attempts.length} attempts`}
      </h3>
      <ol className="attempts">
        {attempts.map((attempt) => (
          <li className="attempt" key={attempt.number}>
            <Outcome attempt={attempt} />
            <div>
              <p className="attempt-account">{accountWords(attempt)}</p>
              <p className="quiet">
                <span className="attempt-why">Why this account: </span>
                {printable(attempt.reason)}
              </p>
              <p className="quiet numeric">{measuresOf(attempt)}</p>
              {attempt.errorMessage !== null && (
                <p className="error-message">{printable(attempt.errorMessage)}</p>
              )}
              {attempt.note !== undefined && <p className="quiet">{printable(attempt.note)}</p>}
              {attempt.maybeBilled && attempt.errorKind !== null && (
                <p className="attempt-billed">
                  The request had gone out whole: the provider may have charged for it.
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Outcome({ attempt }: { readonly attempt: AttemptRecord }) {
  if (attempt.errorKind !== null) return <CircleX className="mark-bad" role="img" aria-label="Failed" />
  if (attempt.durationMs === null)
    return <LoaderCircle className="mark-busy" role="img" aria-label="Running" />
  return <CircleCheck className="mark-good" role="img" aria-label="Succeeded" />
}

function measuresOf(attempt: AttemptRecord): string {
  const parts = [
    attempt.status === null ? null : `status ${attempt.status}`,
    attempt.firstByteMs === null ? null : `first byte ${formatDuration(attempt.firstByteMs)}`,
    attempt.durationMs === null ? 'still running' : `took ${formatDuration(attempt.durationMs)}`,
    formatBytes(attempt.responseBytes),
  ]
  return parts.filter((part) => part !== null).join(' · ')
}
