const WINDOW_MS = 60_000
const MOST_EXITS = 3
const FIRST_DELAY_MS = 500

export type Restart = { readonly again: true; readonly delayMs: number } | { readonly again: false }

/** What to do after the proxy's process ended by itself: three times within a minute, and it stays down. */
export function restartAfter(exitsMs: readonly number[], nowMs: number): Restart {
  const recent = exitsMs.filter((exit) => nowMs - exit < WINDOW_MS).length
  if (recent >= MOST_EXITS) return { again: false }
  return { again: true, delayMs: FIRST_DELAY_MS * 2 ** Math.max(0, recent - 1) }
}
