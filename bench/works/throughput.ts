import { checkSame, checkTranslated } from '../rig/check-answer.ts'
import { type Load, runLoad } from '../rig/load.ts'
import { cpuSeconds } from '../rig/process-cost.ts'
import { writeRequest } from '../rig/requests.ts'
import { alternate, type Context, type Experiment, inShortTurns, type Running } from './experiment.ts'
import type { Work } from './works.ts'

/**
 * `rate`: requests, events or megabytes a second. `cpuPerMillion`: CPU seconds of the gateway, its threads and children,
 * for a million of them. `rigBusy`: the share of its core that the rig used.
 */
export type Throughput = {
  readonly rate: number
  readonly cpuPerMillion: number
  readonly rigBusy: number
}

/** The experiment that gives each gateway its turns at a work. */
export function throughputOf(work: Work): Experiment {
  const { id, title, gateways, isLong } = work
  return {
    id,
    title,
    gateways,
    ...(isLong === undefined ? {} : { isLong }),
    run(given) {
      // The works that only show growth get one round less, so that a run ends within a quarter of an hour.
      const rounds = isLong === true ? Math.max(1, given.rounds - 1) : given.rounds
      const context = inShortTurns({ ...given, rounds })
      return alternate(context, {
        work: id,
        isDirectMeasuredOnce: true,
        turn: (running, round) => measureThroughput(work, running, context, round),
      })
    },
  }
}

/** One turn of a gateway at a work; it warms up before the first one. Rejects when an answer is wrong. */
export async function measureThroughput(
  work: Work,
  running: Running,
  context: Warming & Pick<Context, 'turnMs'>,
  round: number,
): Promise<Throughput> {
  const { pid } = running.target
  const load = loadOf(work, running)
  if (round === 0) await warmUp(work, running, context)
  await runLoad({ ...load, durationMs: context.turnMs / 8 })
  const before = cpuSeconds(pid)
  const { answers, seconds, rigBusy } = await runLoad({ ...load, durationMs: context.turnMs })
  const count = answers * (work.counts?.perAnswer ?? 1)
  return { rate: count / seconds, cpuPerMillion: ((cpuSeconds(pid) - before) / count) * 1e6, rigBusy }
}

/** A gateway whose rate rises no more by this share, in as many looks, is warm. */
const RISE = 1.03
const LOOKS = 2
/** How long a look takes, as a share of the least time. */
const LOOK_SHARE = 0.25

export type Warming = Pick<Context, 'warmMs' | 'warmAtMostMs'>

/**
 * Lets a gateway work until V8 has compiled what it runs: for `warmMs`, then for as long as it still grows faster, which
 * on a slow machine takes several times as long. What is not JavaScript, or has worked all the time, needs little of it.
 */
export async function warmUp(work: Work, running: Running, { warmMs, warmAtMostMs }: Warming): Promise<void> {
  const load = loadOf(work, running)
  const durationMs = warmMs * LOOK_SHARE
  if (running.id === 'nginx' || running.id === 'direct') {
    await runLoad({ ...load, durationMs })
    return
  }
  const startedAt = performance.now()
  let best = 0
  let level = 0
  const isCold = () => {
    const elapsedMs = performance.now() - startedAt
    return elapsedMs < warmMs || (level < LOOKS && elapsedMs < warmAtMostMs)
  }
  while (isCold()) {
    const { answers, seconds } = await runLoad({ ...load, durationMs })
    level = answers / seconds > best * RISE ? 0 : level + 1
    best = Math.max(best, answers / seconds)
  }
}

/** What a work asks of a gateway, and what the answer has to be. */
export function loadOf(work: Work, running: Running): Omit<Load, 'durationMs'> {
  const { gateway, target, upstreamPort } = running
  const { from, to, model, bytes, bridge } = work
  const request = gateway.ask({
    from,
    to,
    model,
    stream: work.stream === true,
    upstreamPort,
    ...(bytes === undefined ? {} : { bytes }),
    ...(bridge === undefined ? {} : { bridge }),
  })
  const isTranslated = gateway.rewrites === true || (gateway.translates !== false && from !== to)
  return {
    port: target.port,
    connections: work.connections,
    request: writeRequest(request, target.port),
    check: isTranslated
      ? checkTranslated({
          to: request.api,
          model,
          isStreamed: request.stream,
          isBridged: request.tools === true,
        })
      : checkSame(gateway.translates === false ? to : from, model),
  }
}
