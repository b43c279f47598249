import type { ReactNode } from 'react'
import type { LogEntry } from '../../../contract/log-entry.ts'
import { printable } from '../text/printable.ts'
import { formatBytes, formatCount, NOTHING } from '../text/quantities.ts'
import { StatusCode } from './columns.tsx'
import { accountWords, durationWords, firstByteWords, modelNames, protocolWord } from './request-words.ts'

const shown = (text: string | null) => (text === null ? NOTHING : printable(text))

/** The facts of a request as names and values. */
export function RequestFacts({ entry }: { readonly entry: LogEntry }) {
  const { asked, answered } = modelNames(entry)
  return (
    <dl className="facts">
      <Fact name="Model asked for">{asked}</Fact>
      {answered && <Fact name="Model that answered">{answered}</Fact>}
      <Fact name="Account">{accountWords(entry)}</Fact>
      <Fact name="Client">
        {[entry.client, entry.keyName]
          .filter((name) => name !== null)
          .map(printable)
          .join(' · ') || NOTHING}
      </Fact>
      <Fact name="Protocol">
        {protocolWord(entry.protocol)}
        {entry.stream && ', streamed'}
        {entry.passThrough && ', passed through'}
      </Fact>
      <Fact name="Status">
        <StatusCode entry={entry} />
        {entry.finishReason !== null && ` · ${printable(entry.finishReason)}`}
      </Fact>
      <Fact name="Tokens">
        <Tokens entry={entry} />
      </Fact>
      <Fact name="First byte">{firstByteWords(entry)}</Fact>
      <Fact name="Duration">{durationWords(entry)}</Fact>
      <Fact name="Size">
        {formatBytes(entry.requestBytes)} in, {formatBytes(entry.responseBytes)} out
      </Fact>
      <Fact name="Started">{new Date(entry.startedAt).toLocaleString()}</Fact>
      <Fact name="Request id">
        <code className="breaks">{shown(entry.id)}</code>
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Tokens({ entry }: { readonly entry: LogEntry }) {
  if (entry.inputTokens === null && entry.outputTokens === null) return NOTHING
  const more = [
    entry.cacheReadTokens && `${formatCount(entry.cacheReadTokens)} from cache`,
    entry.reasoningTokens && `${formatCount(entry.reasoningTokens)} reasoning`,
    entry.tokensEstimated && 'estimated by Portside',
  ].filter(Boolean)
  return (
    <>
      {formatCount(entry.inputTokens)} in, {formatCount(entry.outputTokens)} out
      {more.length > 0 && <span className="quiet"> ({more.join(', ')})</span>}
    </>
  )
}
