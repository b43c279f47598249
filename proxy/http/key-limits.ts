import type { KeyLimits, LocalKey } from '../../contract/local-key.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { Usage } from '../chat/usage.ts'
import type { Clock } from '../clock.ts'
import { addUpHours, type KeyUseMemory, partsOf } from './key-use-memory.ts'
import { createSlidingCount, type SlidingCount } from './sliding-count.ts'

/** What each local key has used lately, on the monotonic clock. The counts of the day can be kept over a restart. */
export type KeyUse = {
  /** Counts one request of the key. Throws `rate-limited`, and counts nothing, where a limit is reached. */
  admit(key: LocalKey | undefined): void
  /** Adds the tokens of one answer, which are known only after it: the next request meets the limit. */
  addTokens(keyId: string, usage: Usage): void
  /** What was used within a day, with its points in wall time. */
  remember(): KeyUseMemory
  recall(memory: KeyUseMemory): void
}

const MINUTE = { windowMs: 60_000, slotMs: 1000 }
const DAY = { windowMs: 86_400_000, slotMs: 60_000 }

type Counts = {
  readonly requests: { readonly minute: SlidingCount; readonly day: SlidingCount }
  readonly tokens: { readonly minute: SlidingCount; readonly day: SlidingCount }
}

/** More keys than anybody has; beyond it the one that was used first is forgotten. */
const MOST_KEYS = 1000

export function createKeyUse(clock: Clock): KeyUse {
  const counts = new Map<string, Counts>()

  function countsOf(id: string): Counts {
    const known = counts.get(id)
    if (known !== undefined) return known
    const pair = () => ({ minute: createSlidingCount(MINUTE), day: createSlidingCount(DAY) })
    const made = { requests: pair(), tokens: pair() }
    const [oldest] = counts.keys()
    if (counts.size >= MOST_KEYS && oldest !== undefined) counts.delete(oldest)
    counts.set(id, made)
    return made
  }

  return {
    admit(key) {
      if (key === undefined) return
      const { requests, tokens } = countsOf(key.id)
      const now = clock.monotonic()
      for (const limit of listLimits(key.limits, { requests, tokens })) {
        const waitMs = limit.count.untilBelow(limit.most, now)
        if (waitMs > 0) throw overLimit(key, limit, waitMs)
      }
      requests.minute.add(1, now)
      requests.day.add(1, now)
    },
    addTokens(keyId, { inputTokens = 0, outputTokens = 0 }) {
      const { tokens } = countsOf(keyId)
      const now = clock.monotonic()
      tokens.minute.add(inputTokens + outputTokens, now)
      tokens.day.add(inputTokens + outputTokens, now)
    },
    remember() {
      const memory: KeyUseMemory = {}
      const now = clock.monotonic()
      const wall = clock.now()
      for (const [id, { requests, tokens }] of counts) {
        const used = {
          requests: addUpHours(requests.day.parts(now), wall),
          tokens: addUpHours(tokens.day.parts(now), wall),
        }
        if (used.requests.length > 0 || used.tokens.length > 0) memory[id] = used
      }
      return memory
    },
    recall(memory) {
      const now = clock.monotonic()
      const wall = clock.now()
      for (const [id, used] of Object.entries(memory)) {
        const { requests, tokens } = countsOf(id)
        requests.day.restore(partsOf(used.requests, wall), now)
        tokens.day.restore(partsOf(used.tokens, wall), now)
      }
    },
  }
}

type Limit = { readonly most: number; readonly what: string; readonly count: SlidingCount }

const NO_LIMITS: readonly Limit[] = []

/** The longest window first: who is over it for the day gains nothing from waiting for the minute. */
function listLimits(limits: KeyLimits, { requests, tokens }: Counts): readonly Limit[] {
  if (Object.keys(limits).length === 0) return NO_LIMITS
  const all: [number | undefined, string, SlidingCount][] = [
    [limits.requestsPerDay, 'requests per day', requests.day],
    [limits.tokensPerDay, 'tokens per day', tokens.day],
    [limits.requestsPerMinute, 'requests per minute', requests.minute],
    [limits.tokensPerMinute, 'tokens per minute', tokens.minute],
  ]
  return all.flatMap(([most, what, count]) => (most === undefined ? [] : [{ most, what, count }]))
}

function overLimit(key: LocalKey, { most, what }: Limit, waitMs: number): ChatError {
  return new ChatError(
    'rate-limited',
    `The local key "${key.name}" has reached its limit of ${most} ${what}; it may be used again in ${sayTime(waitMs)}`,
    { code: 'local_key_limit', retryAfterMs: waitMs },
  )
}

function sayTime(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds <= 120) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}
