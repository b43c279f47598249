/** How much there was within a window that moves on with the time. */
export type SlidingCount = {
  add(amount: number): void
  /** How long until less than `most` is left in the window; zero where that is so now. */
  untilBelow(most: number): number
}

/**
 * Counts in slots, so that memory is bounded by `windowMs / slotMs` whatever the traffic. A slot leaves the window as a
 * whole, with its youngest part: the count is never too low.
 */
export function createSlidingCount(
  { windowMs, slotMs }: { readonly windowMs: number; readonly slotMs: number },
  monotonic: () => number,
): SlidingCount {
  /** Oldest first; only slots in which something was. */
  const slots: { readonly number: number; amount: number }[] = []
  let total = 0

  /** When the last of a slot's content is older than the window. */
  const leavesAt = (number: number) => (number + 1) * slotMs + windowMs

  function drop(now: number): void {
    while (slots[0] !== undefined && leavesAt(slots[0].number) <= now) total -= slots.shift()?.amount ?? 0
  }

  return {
    add(amount) {
      if (amount <= 0) return
      const now = monotonic()
      drop(now)
      const number = Math.floor(now / slotMs)
      const last = slots.at(-1)
      if (last?.number === number) last.amount += amount
      else slots.push({ number, amount })
      total += amount
    },
    untilBelow(most) {
      const now = monotonic()
      drop(now)
      let left = total
      if (left < most) return 0
      for (const { number, amount } of slots) {
        left -= amount
        if (left < most) return leavesAt(number) - now
      }
      return windowMs
    },
  }
}
