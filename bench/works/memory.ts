import { runLoad } from '../rig/load.ts'
import { residentBytes } from '../rig/process-cost.ts'
import { alternate, type Experiment } from './experiment.ts'
import { loadOf } from './throughput.ts'
import { findWork } from './works.ts'

/** A request a second of each kind for an hour. */
const PER_HOUR = 3600
const QUARTERS = 4
const LIMIT_MS = 60_000
const MEGABYTE = 1e6

/**
 * An hour-equivalent of load in four quarters, after another hour-equivalent to warm up, in which V8 finds the size of
 * its heap. `q0` is the resident memory in megabytes after the warm-up, `q1` to `q4` after each quarter; `growth` is the
 * last one over that of the first quarter. The quick run makes a quarter of the requests.
 */
export const MEMORY: Experiment = {
  id: 'memory',
  title: 'Memory over an hour-equivalent of load',
  gateways: ['pipe', 'portside'],
  run: (context) =>
    alternate(context, {
      work: 'memory',
      rounds: 1,
      async turn(running) {
        const works = [findWork('small'), findWork('sse')]
        const perHour = context.isQuick ? PER_HOUR / 4 : PER_HOUR
        const megabytes: number[] = []
        for (let quarter = 0; quarter <= QUARTERS; quarter++) {
          const requests = quarter === 0 ? perHour : perHour / QUARTERS
          for (const work of works)
            await runLoad({ ...loadOf(work, running), durationMs: LIMIT_MS, requests })
          megabytes.push(residentBytes(running.target.pid) / MEGABYTE)
        }
        return {
          ...Object.fromEntries(megabytes.map((each, quarter) => [`q${quarter}`, each])),
          growth: (megabytes.at(-1) ?? Number.NaN) / (megabytes[1] ?? Number.NaN),
        }
      },
    }),
}
