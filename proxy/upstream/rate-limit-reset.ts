import type { RetryHeaders } from './retry-after.ts'

const LONGEST_MS = 86_400_000
/** A number above this is a point in time (seconds since 1970), not a wait. */
const EPOCH_FROM = 1_000_000_000

/**
 * When a rate limit is over, from the headers that count it: OpenAI's `x-ratelimit-reset-tokens: 6m0s`, Anthropic's
 * `anthropic-ratelimit-tokens-reset: 2026-11-21T05:00:00Z`, and the plain `x-ratelimit-reset` in seconds. Of several
 * limits only those count that are used up. Milliseconds, at most 24 hours; undefined where nothing is said.
 */
export function readRateLimitReset(headers: RetryHeaders): number | undefined {
  const waits: number[] = []
  for (const [name, text] of Object.entries(headers)) {
    const limit = limitOf(name)
    if (limit === undefined || text === undefined) continue
    const remaining = headers[limit.remaining]
    if (remaining !== undefined && Number(remaining) > 0) continue
    const waitMs = readWait(text, headers.date)
    if (waitMs !== undefined) waits.push(Math.min(LONGEST_MS, Math.ceil(waitMs)))
  }
  return waits.length === 0 ? undefined : Math.max(...waits)
}

/** The header that tells how much is left of the limit that a reset belongs to. */
function limitOf(name: string): { readonly remaining: string } | undefined {
  const [, openai] = /^x-ratelimit-reset(-[a-z-]+)?$/.exec(name) ?? []
  if (openai !== undefined || name === 'x-ratelimit-reset')
    return { remaining: `x-ratelimit-remaining${openai ?? ''}` }
  const [, anthropic] = /^anthropic-ratelimit-([a-z-]+)-reset$/.exec(name) ?? []
  return anthropic === undefined ? undefined : { remaining: `anthropic-ratelimit-${anthropic}-remaining` }
}

function readWait(text: string, upstreamNow: string | undefined): number | undefined {
  const now = Date.parse(upstreamNow ?? '')
  if (/^\d+(\.\d+)?$/.test(text)) {
    const seconds = Number(text)
    if (seconds < EPOCH_FROM) return seconds * 1000
    return positive(seconds * 1000 - now)
  }
  return readDuration(text) ?? positive(Date.parse(text) - now)
}

/** `1s`, `6m0s`, `120ms`, `1h2m3.5s`. */
function readDuration(text: string): number | undefined {
  const found = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text)
  if (found === null || text === '') return undefined
  const [hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0))
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
}

/** Not a number, and what is over, say nothing. */
function positive(waitMs: number): number | undefined {
  return waitMs > 0 ? waitMs : undefined
}
