import { afterEach, describe, expect, it } from 'vitest'
import type { FaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { SCHEDULE_S1 } from '../simulators/fault-upstream/schedule.ts'
import type { FaultProtocol } from '../simulators/fault-upstream/wire.ts'
import { startPortsideChild } from '../support/start-portside-child.ts'
import { runStorm, startStormUpstreams, stormSettings } from './storm.ts'

const PROTOCOLS: readonly FaultProtocol[] = ['openai-chat', 'anthropic']
const SOAK_MS = process.env.PORTSIDE_LONG === undefined ? 60_000 : 600_000
const WARM_UP_SHARE = 0.4
const ROUND = 1000
const MIB = 1_048_576

/** One fault in twenty, drawn from the thirteen. */
const GENTLE = SCHEDULE_S1.map(
  ([fault, percent]) => [fault, fault === 'ok' ? 95 : (percent / 60) * 5] as const,
)

const upstreams: FaultUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

/** Least-squares slope of values over their times, per hour. */
function slopePerHour(points: readonly { readonly atMs: number; readonly value: number }[]): number {
  const mean = (pick: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length
  const time = mean((point) => point.atMs)
  const value = mean((point) => point.value)
  const top = points.reduce((sum, point) => sum + (point.atMs - time) * (point.value - value), 0)
  const bottom = points.reduce((sum, point) => sum + (point.atMs - time) ** 2, 0)
  return (top / bottom) * 3_600_000
}

describe('REL-45: a soak', () => {
  it(
    `under load for ${SOAK_MS / 1000} s memory and descriptors stay flat after warm-up, and nothing is lost`,
    async () => {
      upstreams.push(...(await startStormUpstreams(PROTOCOLS, 45, GENTLE)))
      const settings = stormSettings(upstreams, PROTOCOLS)
      const portside = await startPortsideChild({ ...settings, log: { maxRows: 2000, bodies: 'errors' } })
      const heap: { atMs: number; value: number }[] = []
      const descriptors: number[] = []
      let answered = 0
      let sent = 0
      const startedAt = performance.now()
      for (let round = 0; performance.now() - startedAt < SOAK_MS; round++) {
        const outcomes = await runStorm({
          url: portside.url,
          count: ROUND,
          protocols: PROTOCOLS,
          label: `soak${round}`,
        })
        sent += ROUND
        answered += outcomes.filter(({ view }) => view.invalid === undefined).length
        // What the simulator remembers is the test's memory, not Portside's, but it need not grow either.
        for (const upstream of upstreams) upstream.attempts.length = 0
        const atMs = performance.now() - startedAt
        const measured = await portside.measure()
        if (atMs < SOAK_MS * WARM_UP_SHARE) continue
        heap.push({ atMs, value: measured.heapBytes })
        descriptors.push(measured.descriptors)
      }
      const last = await portside.measure()
      await portside.stop()
      expect(answered).toBe(sent)
      expect(last).toMatchObject({ activeRequests: 0, inFlight: 0, unhandled: 0 })
      expect(heap.length).toBeGreaterThan(4)
      // Over the measured time the line through the heap may rise by what a few caches hold, and no more.
      const measuredHours = ((heap.at(-1)?.atMs ?? 0) - (heap[0]?.atMs ?? 0)) / 3_600_000
      expect(slopePerHour(heap) * measuredHours).toBeLessThan(12 * MIB)
      expect(Math.max(...descriptors) - Math.min(...descriptors)).toBeLessThan(80)
    },
    SOAK_MS + 120_000,
  )
})
