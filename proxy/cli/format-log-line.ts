import type { LogEntry } from '../../contract/log-entry.ts'
import { escapeLine } from '../request-log/escape-line.ts'

/** One request as one aligned line: time, state, status, protocol, models, account, tokens, first byte, duration. */
export function formatLogLine(entry: LogEntry): string {
  const { protocol, provider, accountName, errorMessage, denyReason } = entry
  const cells = [
    timeOf(entry.startedAt),
    pad(entry.state, 9),
    pad(entry.status ?? '–', 3),
    pad(protocol ?? entry.path, 18),
    pad(modelsOf(entry), 32),
    pad([provider, accountName].filter((name) => name !== null).join('/') || '–', 24),
    tokensOf(entry).padStart(13),
    seconds(entry.firstByteMs).padStart(7),
    seconds(entry.durationMs).padStart(7),
    errorMessage ?? denyReason ?? '',
  ]
  return escapeLine(cells.join('  ').trimEnd())
}

export const LOG_HEAD = [
  'time        ',
  pad('state', 9),
  '   ',
  pad('protocol', 18),
  pad('model in → out', 32),
  pad('account', 24),
  'tokens in/out',
  ' first',
  '  total',
].join('  ')

function timeOf(startedAt: number): string {
  const date = new Date(startedAt)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function modelsOf({ modelIn, modelOut }: LogEntry): string {
  if (modelIn === null) return '–'
  return modelOut === null || modelOut === modelIn ? modelIn : `${modelIn} → ${modelOut}`
}

function tokensOf({ inputTokens, outputTokens, tokensEstimated }: LogEntry): string {
  if (inputTokens === null && outputTokens === null) return '–'
  return `${tokensEstimated ? '~' : ''}${inputTokens ?? '–'}/${outputTokens ?? '–'}`
}

function seconds(ms: number | null): string {
  if (ms === null) return '–'
  return ms < 1_000 ? `${Math.round(ms)}ms` : `${(ms / 1_000).toFixed(1)}s`
}

function pad(value: string | number, width: number): string {
  const text = String(value)
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`
}
