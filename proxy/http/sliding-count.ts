import type { Part } from './key-use-memory.ts'

/** How much there was within a window that moves on with the time. `now` is on the monotonic clock, and never goes back. */
export type SlidingCount = {
  add(amount: number, now: number): void
  /** What is in the window, oldest first; ages in milliseconds. */
  parts(now: number): Part[]
  /** Takes up what there was before; parts older than the window are left out. */
  restore(parts: readonly Part[], now: number): void
  /** How long until less than `most` is left in the window; zero where that is so now. */
  untilBelow(most: number, now: number): number
}

/**
 * Counts in slots, so that memory is bounded by `windowMs / slotMs` whatever the traffic. A slot leaves the window as a
 * whole, with its youngest part: the count is never too low.
 */
export function createSlidingCount({
  windowMs,
  slotMs,
}: {
  readonly windowMs: number
  readonly slotMs: number
}): SlidingCount {
  /** Oldest first; only slots in which something was. */
  const slots: { readonly endsAt: number; amount: number }[] = []
  let total = 0

  function drop(now: number): void {
    while (slots[0] !== undefined && slots[0].endsAt + windowMs <= now) total -= slots.shift()?.amount ?? 0
  }

  return {
    add(amount, now) {
      if (amount <= 0) return
      drop(now)
      const endsAt = (Math.floor(now / slotMs) + 1) * slotMs
      const last = slots.at(-1)
      if (last?.endsAt === endsAt) last.amount += amount
      else slots.push({ endsAt, amount })
      total += amount
    },
    parts(now) {
      drop(now)
      return slots.map(({ endsAt, amount }) => ({ ageMs: Math.max(0, now - endsAt), amount }))
    },
    restore(parts, now) {
      for (const { ageMs, amount } of parts) {
        slots.push({ endsAt: now - ageMs, amount })
        total += amount
      }
      slots.sort((one, other) => one.endsAt - other.endsAt)
      drop(now)
    },
    untilBelow(most, now) {
      drop(now)
      let left = total
      if (left < most) return 0
      for (const { endsAt, amount } of slots) {
        left -= amount
        if (left < most) return endsAt + windowMs - now
      }
      return windowMs
    },
  }
}
