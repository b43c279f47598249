import type { LogEntry, LogState } from '../../../contract/log-entry.ts'
import { printable } from '../text/printable.ts'
import { formatBytes, formatCount, formatDuration, NOTHING } from '../text/quantities.ts'

export const STATE_WORDS: Record<LogState, string> = {
  receiving: 'Receiving',
  queued: 'Queued',
  waiting: 'Waiting',
  streaming: 'Streaming',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

const PROTOCOL_WORDS = new Map([
  ['openai-chat', 'OpenAI Chat'],
  ['openai-responses', 'Responses'],
  ['anthropic-messages', 'Anthropic'],
  ['gemini', 'Gemini'],
])

export function protocolWord(protocol: string | null): string {
  if (protocol === null) return NOTHING
  return PROTOCOL_WORDS.get(protocol) ?? printable(protocol)
}

/** The model that was asked for and, where another one answered, that one. */
export function modelNames(entry: LogEntry): { readonly asked: string; readonly answered: string | null } {
  const asked = entry.modelIn === null ? NOTHING : printable(entry.modelIn)
  const isSame = entry.modelOut === null || entry.modelOut === entry.modelIn
  return { asked, answered: isSame || entry.modelOut === null ? null : printable(entry.modelOut) }
}

export function accountWords(entry: Pick<LogEntry, 'provider' | 'accountName'>): string {
  const names = [entry.provider, entry.accountName].filter((name) => name !== null)
  return names.length === 0 ? NOTHING : names.map(printable).join(' / ')
}

export function tokenWords(entry: LogEntry): string {
  if (entry.inputTokens === null && entry.outputTokens === null) return NOTHING
  const mark = entry.tokensEstimated ? '~' : ''
  return `${mark}${formatCount(entry.inputTokens)} / ${formatCount(entry.outputTokens)}`
}

export const sizeWords = (entry: LogEntry) =>
  `${formatBytes(entry.requestBytes)} / ${formatBytes(entry.responseBytes)}`

export const firstByteWords = (entry: LogEntry) => formatDuration(entry.firstByteMs)
export const durationWords = (entry: LogEntry) => formatDuration(entry.durationMs)
