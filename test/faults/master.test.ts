import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FaultUpstream, SimulatedAttempt } from '../simulators/fault-upstream/fault-upstream.ts'
import { SCHEDULE_REPEATABLE, SCHEDULE_S1 } from '../simulators/fault-upstream/schedule.ts'
import type { FaultProtocol } from '../simulators/fault-upstream/wire.ts'
import { startPortsideChild } from '../support/start-portside-child.ts'
import { type Outcome, runStorm, startStormUpstreams, stormSettings } from './storm.ts'

const PROTOCOLS: readonly FaultProtocol[] = ['openai-chat', 'anthropic']
const isLong = process.env.PORTSIDE_LONG !== undefined
const SEEDS = Array.from({ length: isLong ? 20 : 2 }, (_, index) => 20_261_121 + index)
const REQUESTS = 10_000
const WARM_UP = 500
const MIB = 1_048_576

const upstreams: FaultUpstream[] = []
afterEach(async () => {
  for (const upstream of upstreams.splice(0)) await upstream.close()
})

async function prepare(seed: number, schedule = SCHEDULE_S1) {
  upstreams.push(...(await startStormUpstreams(PROTOCOLS, seed, schedule)))
  return startPortsideChild(stormSettings(upstreams, PROTOCOLS))
}

function attemptsByName(): Map<string, SimulatedAttempt[]> {
  const byName = new Map<string, SimulatedAttempt[]>()
  for (const attempt of upstreams.flatMap((upstream) => upstream.attempts))
    byName.set(attempt.requestName, [...(byName.get(attempt.requestName) ?? []), attempt])
  return byName
}

/** What is wrong with one outcome, seen beside what the upstream did; undefined where all is as it must be. */
function judge({ name, view }: Outcome, attempts: readonly SimulatedAttempt[]): string | undefined {
  if (view.invalid !== undefined) return `${name}: not valid in its protocol: ${view.invalid}`
  const last = attempts.at(-1)
  if (last === undefined) return `${name}: no attempt`
  if (view.seen === 'answered' && view.text !== last.content)
    return `${name}: got "${view.text}", the upstream said "${last.content}"`
  if (view.seen === 'answered' && view.finish === undefined) return `${name}: an end without a reason`
  if (view.seen === 'broken' && !last.content.startsWith(view.text.trim()))
    return `${name}: content of two attempts: "${view.text}"`
  if (view.seen === 'refused' && (view.status < 400 || view.status === 401))
    return `${name}: refused with ${view.status}`
  return undefined
}

const signature = (outcomes: readonly Outcome[], attempts: Map<string, SimulatedAttempt[]>) =>
  outcomes
    .map(
      ({ name, view }) =>
        `${name} ${view.seen} ${view.status} ${view.text} ${attempts
          .get(name)
          ?.map((attempt) => attempt.fault)
          .join('>')}`,
    )
    .sort()

describe('REL-01: nothing lost, nothing doubled', () => {
  it.each(SEEDS)(
    '10,000 requests, 64 at a time, through thirteen faults (seed %i)',
    async (seed) => {
      const portside = await prepare(seed)
      await runStorm({ url: portside.url, count: WARM_UP, protocols: PROTOCOLS, label: 'warm' })
      const before = await portside.measure()
      const outcomes = await runStorm({
        url: portside.url,
        count: REQUESTS,
        protocols: PROTOCOLS,
        label: 'storm',
      })
      const attempts = attemptsByName()
      expect(outcomes).toHaveLength(REQUESTS)
      expect(
        outcomes.map((outcome) => judge(outcome, attempts.get(outcome.name) ?? [])).filter(Boolean),
      ).toEqual([])
      // Every kind of end must have happened, else the storm proves nothing.
      expect(new Set(outcomes.map(({ view }) => view.seen))).toEqual(
        new Set(['answered', 'broken', 'refused']),
      )
      const rows = await portside.rows()
      expect(rows).toHaveLength(REQUESTS + WARM_UP)
      expect(rows.every(({ state }) => state === 'done' || state === 'failed')).toBe(true)
      expect(rows.reduce((sum, row) => sum + row.attempts, 0)).toBe(
        upstreams.reduce((sum, upstream) => sum + upstream.attempts.length, 0),
      )
      await vi.waitFor(
        async () => {
          const after = await portside.measure()
          expect(after).toMatchObject({ activeRequests: 0, inFlight: 0, openRows: 0, unhandled: 0 })
          expect(after.descriptors - before.descriptors).toBeLessThanOrEqual(5)
          expect(after.heapBytes - before.heapBytes).toBeLessThan(30 * MIB)
        },
        { timeout: 90_000, interval: 1000 },
      )
      await portside.stop()
    },
    300_000,
  )

  it('the same seed gives the same outcomes', async () => {
    const signatures: string[][] = []
    for (let round = 0; round < 2; round++) {
      const portside = await prepare(7, SCHEDULE_REPEATABLE)
      const outcomes = await runStorm({ url: portside.url, count: 600, protocols: PROTOCOLS, label: 'same' })
      signatures.push(signature(outcomes, attemptsByName()))
      await portside.stop()
      for (const upstream of upstreams.splice(0)) await upstream.close()
    }
    expect(signatures[1]).toEqual(signatures[0])
  }, 120_000)
})
