import { latenessOf } from '../rig/check-answer.ts'
import { runLoad } from '../rig/load.ts'
import { cpuSeconds } from '../rig/process-cost.ts'
import { quantile } from '../rig/quantile.ts'
import { alternate, type Experiment } from './experiment.ts'
import { loadOf, warmUp } from './throughput.ts'
import { findWork, type Work } from './works.ts'

type Paced = { readonly id: string; readonly streams: number; readonly eventsASecond: number }

const PACED: readonly Paced[] = [
  { id: 'paced-100', streams: 100, eventsASecond: 50 },
  { id: 'paced-500', streams: 500, eventsASecond: 10 },
  { id: 'paced-500-fast', streams: 500, eventsASecond: 100 },
]
const GATEWAYS = ['direct', 'pipe', 'portside'] as const
/** Events of a stream besides its words: the opening, the reason, the usage, the end, and the last chunk. */
const FRAMING = 5
/** A stream ends by itself; this only stops a run that hangs. */
const LIMIT_MS = 60_000
const STREAM_SECONDS = 3

/** A turn's 99th percentile hangs on whether two or three pauses of V8 fall into it: three turns would tell little. */
const PAUSE_TURNS = 3

/** Streams that do not wait: at fifty events a second V8 would need minutes to compile what they run. */
const WARMING = findWork('sse')

/**
 * Streams whose events come one at a time, as from a model. An event's lateness is the time from its writing at the
 * upstream to its reading at the client, in milliseconds. `pace` is the events a second that came, as a share of those
 * that should have: below 1 somebody did not keep up, the rig where it is so without a gateway as well.
 */
export const PACED_STREAMS: readonly Experiment[] = PACED.map(({ id, streams, eventsASecond }) => {
  const events = STREAM_SECONDS * eventsASecond
  const work: Work = {
    id,
    title: `${streams} streams of ${eventsASecond} events a second`,
    from: 'openai-chat',
    to: 'openai-chat',
    model: `paced-${events}-${1000 / eventsASecond}`,
    connections: streams,
    stream: true,
    gateways: GATEWAYS,
  }
  return {
    id,
    title: work.title,
    gateways: GATEWAYS,
    ...(id === 'paced-500' ? { isLong: true as const } : {}),
    run: (context) =>
      alternate(context, {
        work: id,
        rounds: context.isQuick ? context.rounds : context.rounds * PAUSE_TURNS,
        async turn(running, round) {
          const { pid } = running.target
          if (round === 0) await warmUp(WARMING, running, context)
          const late: number[] = []
          const before = cpuSeconds(pid)
          const result = await runLoad({
            ...loadOf(work, running),
            durationMs: LIMIT_MS,
            requests: streams,
            onBody(bytes) {
              for (const ms of latenessOf(bytes, performance.now())) late.push(ms)
            },
          })
          const cpu = cpuSeconds(pid) - before
          late.sort((a, b) => a - b)
          return {
            cpuPerMillion: (cpu / (streams * events)) * 1e6,
            lateMedianMs: quantile(late, 0.5),
            lateP99Ms: quantile(late, 0.99),
            pace: (events + FRAMING) / eventsASecond / result.seconds,
            rigBusy: result.rigBusy,
          }
        },
      }),
  }
})
