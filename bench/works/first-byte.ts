import { runLoad } from '../rig/load.ts'
import { quantile } from '../rig/quantile.ts'
import { alternate, type Experiment, inShortTurns } from './experiment.ts'
import { loadOf, warmUp } from './throughput.ts'
import type { Work } from './works.ts'

const GATEWAYS = ['direct', 'pipe', 'portside', 'portkey'] as const
/** One request at a time: the time is the gateway's own, not that of a queue before it. */
const ONE = { from: 'openai-chat', to: 'openai-chat', connections: 1, gateways: GATEWAYS } as const

/** One request at a time would take minutes to warm a gateway up. */
const WARMING = 64

/** The pause before the rest of a stream is a few milliseconds, so that the first event goes alone. */
const FIRST_BYTE_WORKS: readonly Work[] = [
  { ...ONE, id: 'first-byte', title: 'Time to the first byte, small JSON', model: 'small' },
  { ...ONE, id: 'first-event', title: 'Time to the first SSE event', model: 'lead-2', stream: true },
]

/** Milliseconds to the first byte of the body, median and 99th percentile of one turn. */
export const FIRST_BYTE: readonly Experiment[] = FIRST_BYTE_WORKS.map((work) => ({
  id: work.id,
  title: work.title,
  gateways: GATEWAYS,
  run(given) {
    const context = inShortTurns(given)
    return alternate(context, {
      work: work.id,
      async turn(running, round) {
        const load = loadOf(work, running)
        if (round === 0) await warmUp({ ...work, connections: WARMING }, running, context)
        const { firstByteMs } = await runLoad({ ...load, durationMs: context.turnMs })
        return { medianMs: quantile(firstByteMs, 0.5), p99Ms: quantile(firstByteMs, 0.99) }
      },
    })
  },
}))
