import { checkSame, checkTranslated } from '../rig/check-answer.ts'
import { runLoad } from '../rig/load.ts'
import { cpuSeconds } from '../rig/process-cost.ts'
import { writeRequest } from '../rig/requests.ts'
import type { Gateway, Target } from '../targets/target.ts'
import type { Work } from './works.ts'

export type Throughput = {
  /** Requests or events a second. */
  readonly rate: number
  /** CPU seconds of the gateway, its threads and children, for a million of them. */
  readonly cpuPerMillion: number
}

export type Running = { readonly gateway: Gateway; readonly target: Target; readonly upstreamPort: number }

/** One turn of a gateway at a work. Rejects when an answer is wrong. */
export async function measureThroughput(work: Work, running: Running, durationMs: number): Promise<Throughput> {
  const { target } = running
  const load = loadOf(work, running)
  await runLoad({ ...load, durationMs: durationMs / 4 })
  const before = cpuSeconds(target.pid)
  const { answers, seconds } = await runLoad({ ...load, durationMs })
  const count = answers * (work.events ?? 1)
  return { rate: count / seconds, cpuPerMillion: ((cpuSeconds(target.pid) - before) / count) * 1e6 }
}

/** What a work asks of a gateway, and what the answer has to be. */
export function loadOf(work: Work, { gateway, target, upstreamPort }: Running) {
  const request = gateway.ask({
    from: work.from,
    to: work.to,
    model: work.model,
    stream: work.events !== undefined || work.model.startsWith('paced'),
    upstreamPort,
    ...(work.bytes === undefined ? {} : { bytes: work.bytes }),
    ...(work.bridge === undefined ? {} : { bridge: work.bridge }),
  })
  const translates = gateway.translates !== false && work.from !== work.to
  return {
    port: target.port,
    connections: work.connections,
    request: writeRequest(request, target.port),
    check: translates || gateway.rewrites === true
      ? checkTranslated(request.api, work.model, work.bridge === true)
      : checkSame(gateway.translates === false ? work.to : work.from, work.model),
  }
}
