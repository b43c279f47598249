import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { LONGEST_MUTE_MS } from './account-state.ts'
import type { Entry } from './choose-account.ts'

const until = z.number().finite()

/** What the pool remembers over a restart, by account id. Points in time are in milliseconds since 1970. */
export const poolMemory = z.record(
  z.string(),
  z.object({
    health: z.enum(['ready', 'needs-sign-in', 'quota', 'muted', 'blocked']),
    healthReason: z.string().nullable(),
    blockedUntil: until,
    cooling: z.record(z.string(), z.object({ until, level: z.number().int().nonnegative().max(64) })),
  }),
)
export type PoolMemory = z.infer<typeof poolMemory>

/** Only accounts that rest are worth remembering. */
export function rememberStates(entries: ReadonlyMap<string, Entry>, clock: Clock): PoolMemory {
  const memory: PoolMemory = {}
  const now = clock.monotonic()
  const wall = (monotonic: number) => Math.round(clock.now() + monotonic - now)
  for (const [id, { state }] of entries) {
    const cooling = [...state.coolingUntil].filter(([, ends]) => ends > now)
    if (cooling.length === 0 && state.blockedUntil <= now) continue
    memory[id] = {
      health: state.health,
      healthReason: state.healthReason,
      blockedUntil: wall(state.blockedUntil),
      cooling: Object.fromEntries(
        cooling.map(([model, ends]) => [
          model,
          { until: wall(ends), level: state.rateLimitLevel.get(model) ?? 0 },
        ]),
      ),
    }
  }
  return memory
}

/** Wall time becomes monotonic time at the moment of recall; a clock that was set meanwhile cannot lengthen a rest. */
export function recallStates(
  entries: ReadonlyMap<string, Entry>,
  memory: PoolMemory,
  clock: Clock,
  longestMs: number,
): void {
  const monotonic = (wall: number, longest = longestMs) =>
    clock.monotonic() + Math.min(longest, Math.max(0, wall - clock.now()))
  for (const [id, remembered] of Object.entries(memory)) {
    const state = entries.get(id)?.state
    if (state === undefined) continue
    if (remembered.blockedUntil > clock.now()) {
      state.health = remembered.health
      state.healthReason = remembered.healthReason
      state.blockedUntil = monotonic(
        remembered.blockedUntil,
        remembered.health === 'muted' ? LONGEST_MUTE_MS : longestMs,
      )
    }
    for (const [model, { until: ends, level }] of Object.entries(remembered.cooling)) {
      if (ends <= clock.now()) continue
      state.coolingUntil.set(model, monotonic(ends))
      state.rateLimitLevel.set(model, level)
    }
  }
}
