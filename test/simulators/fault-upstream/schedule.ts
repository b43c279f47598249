import { createHash } from 'node:crypto'
import type { FaultScript } from './fault-upstream.ts'
import type { FaultName } from './faults.ts'

/** Schedule S1: how often each of thirteen things happens, in percent. */
export const SCHEDULE_S1: readonly (readonly [fault: FaultName, percent: number])[] = [
  ['ok', 40],
  ['rate-limited-1s', 15],
  ['server-error', 10],
  ['unavailable', 5],
  ['reset-before-head', 5],
  ['close-before-head', 5],
  ['reset-after-head', 5],
  ['reset-mid-answer', 5],
  ['hang', 3],
  ['bad-json', 2],
  ['error-first', 2],
  ['early-eof', 2],
  ['drip', 1],
]

/** Faults whose effect depends on the machine: what a reset throws away, whether a connection was a kept one. */
const RACES: Partial<Record<FaultName, FaultName>> = {
  'reset-mid-answer': 'early-eof',
  'reset-before-head': 'reset-after-head',
  'close-before-head': 'reset-after-head',
}

/** S1 with its races replaced, for comparing one run with another. */
export const SCHEDULE_REPEATABLE = SCHEDULE_S1.map(
  ([fault, percent]) => [RACES[fault] ?? fault, percent] as const,
)

/**
 * A script drawn from a schedule by a seed. What happens to an attempt depends on the seed, the request's own name and
 * the attempt's number alone, never on the order of arrival: the same seed gives the same run.
 */
export function seededScript(seed: number, schedule = SCHEDULE_S1): FaultScript {
  return ({ requestName, attempt }) => draw(schedule, fraction(`${seed}/${requestName}/${attempt}`))
}

function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32
}

function draw(schedule: typeof SCHEDULE_S1, at: number): FaultName {
  let below = 0
  for (const [fault, percent] of schedule) {
    below += percent / 100
    if (at < below) return fault
  }
  return 'ok'
}
