import { CircleX } from 'lucide-react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { printable } from '../text/printable.ts'
import { errorInWords } from './error-in-words.ts'

/** What went wrong in plain words first, then the message as it was. */
export function ErrorCard({ entry }: { readonly entry: LogEntry }) {
  const words = errorInWords(entry)
  if (!words) return null
  const message = entry.errorMessage ?? entry.denyReason
  return (
    <section className="error-card" aria-label="What went wrong">
      <CircleX aria-hidden="true" />
      <div>
        <p>
          <strong>{words.where}</strong> {words.what}
        </p>
        <p className="quiet">{words.next}</p>
        {message && <p className="error-message">{printable(message)}</p>}
      </div>
    </section>
  )
}
