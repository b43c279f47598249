import { z } from 'zod'

const HOUR_MS = 3_600_000
/** The hours that a day can touch. */
const MOST_HOURS = 26

/** How much there was, and how long ago it ended at the latest. */
export type Part = { readonly ageMs: number; readonly amount: number }

const hours = z.array(z.tuple([z.number().finite(), z.number().finite().nonnegative()])).max(MOST_HOURS)

/** What keys used within a day, by key id: for each hour its last moment in milliseconds since 1970, and an amount. */
export const keyUseMemory = z.record(z.string(), z.object({ requests: hours, tokens: hours }))
export type KeyUseMemory = z.infer<typeof keyUseMemory>
export type HourCounts = z.infer<typeof hours>

/**
 * Adds parts up by the hours of the wall clock, so that a file stays small. What is added up counts as the youngest of
 * it; as hours have fixed ends, saving again and again moves nothing on.
 */
export function addUpHours(parts: readonly Part[], now: number): HourCounts {
  const byHour = new Map<number, [at: number, amount: number]>()
  for (const { ageMs, amount } of parts) {
    const at = Math.round(now - ageMs)
    const hour = Math.floor(at / HOUR_MS)
    const [latest, sum] = byHour.get(hour) ?? [at, 0]
    byHour.set(hour, [Math.max(latest, at), sum + amount])
  }
  return [...byHour.values()].slice(-MOST_HOURS)
}

/** The parts again. A wall clock that went back makes nothing younger than now. */
export function partsOf(counts: HourCounts, now: number): Part[] {
  return counts.map(([at, amount]) => ({ ageMs: Math.max(0, now - at), amount }))
}
