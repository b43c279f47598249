const LONGEST_MS = 86_400_000

export type RetryHeaders = Readonly<Record<string, string | undefined>>

/**
 * How long the upstream asks to wait, in milliseconds; undefined where it does not say or says nonsense. Reads
 * `retry-after-ms`, `retry-after` (seconds or an HTTP date, compared with the upstream's own `date`), at most 24 hours.
 */
export function readRetryAfter(headers: RetryHeaders): number | undefined {
  const exact = readPositive(headers['retry-after-ms'])
  if (exact !== undefined) return clamp(exact)
  const text = headers['retry-after']
  if (text === undefined) return undefined
  const seconds = readPositive(text)
  if (seconds !== undefined) return clamp(seconds * 1000)
  if (/^[\d.+-]/.test(text.trim())) return undefined
  return readDate(text, headers.date)
}

function readPositive(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  return Number(text)
}

function readDate(text: string, upstreamNow: string | undefined): number | undefined {
  const at = Date.parse(text)
  const now = Date.parse(upstreamNow ?? '')
  if (Number.isNaN(at) || Number.isNaN(now) || at <= now) return undefined
  return clamp(at - now)
}

function clamp(waitMs: number): number {
  return Math.min(LONGEST_MS, Math.round(waitMs))
}
