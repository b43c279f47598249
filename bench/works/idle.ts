import { setTimeout as wait } from 'node:timers/promises'
import { openIdle } from '../rig/idle-connections.ts'
import { runLoad } from '../rig/load.ts'
import { residentBytes } from '../rig/process-cost.ts'
import { GATEWAYS } from '../targets/gateways.ts'
import { openFilesLimit } from '../targets/spawn.ts'
import { alternate, type Context, type Experiment } from './experiment.ts'
import { loadOf } from './throughput.ts'
import type { Work } from './works.ts'

const MEGABYTE = 1e6
const WANTED_CONNECTIONS = 10_000
/** Files that the rig needs besides the idle connections. */
const SPARE_FILES = 2000
const SETTLE_MS = 2000
const STARTS = 7
const FEW = 64
const LIMIT_MS = 60_000

const ASKED: Work = {
  id: 'idle',
  title: 'Idle connections',
  from: 'openai-chat',
  to: 'openai-chat',
  model: 'small',
  connections: 1,
  gateways: [],
}

/**
 * Resident megabytes with the connections open, and how many of them the connections added. Where they ask, as many
 * requests over a few connections come first.
 */
export const IDLE_CONNECTIONS: readonly Experiment[] = [
  idleExperiment('idle-silent', '10,000 connections that have asked nothing yet'),
  idleExperiment('idle', '10,000 connections that have made one request each'),
]

function idleExperiment(id: 'idle' | 'idle-silent', title: string): Experiment {
  return {
    id,
    title,
    ...(id === 'idle-silent' ? { isLong: true as const } : {}),
    gateways: ['pipe', 'portside'],
    run: (context) =>
      alternate(context, {
        work: id,
        rounds: 1,
        async turn(running) {
          const { pid, port } = running.target
          const wanted = Math.min(WANTED_CONNECTIONS, openFilesLimit() - SPARE_FILES)
          const { request, ...load } = loadOf(ASKED, running)
          // What the requests themselves leave behind is not the connections': the same number of them comes first.
          if (id === 'idle')
            await runLoad({ ...load, request, connections: FEW, requests: wanted, durationMs: LIMIT_MS })
          await wait(SETTLE_MS)
          const before = residentBytes(pid)
          const idle = await openIdle(port, wanted, id === 'idle' ? request : undefined)
          await wait(SETTLE_MS)
          const after = residentBytes(pid)
          const open = idle.open()
          idle.close()
          return {
            connections: open,
            addedMegabytes: (after - before) / MEGABYTE,
            megabytes: after / MEGABYTE,
          }
        },
      }),
  }
}

/** Each start is a new process: milliseconds from its spawn to its first accepted connection, and idle memory after. */
export const START_UP: Experiment = {
  id: 'start-up',
  title: 'Start-up and idle memory',
  gateways: ['pipe', 'portside'],
  async run(context) {
    for (let start = 0; start < (context.isQuick ? 3 : STARTS); start++)
      for (const id of context.gateways) await startOnce(context, id, start < 2)
  },
}

async function startOnce(
  context: Context,
  id: Context['gateways'][number],
  isWeighed: boolean,
): Promise<void> {
  const target = await GATEWAYS[id].start(context.upstream.port)
  try {
    if (isWeighed) await wait(SETTLE_MS)
    const metrics = {
      startMs: target.startMs,
      ...(isWeighed ? { idleMegabytes: residentBytes(target.pid) / MEGABYTE } : {}),
    }
    context.results.add('start-up', id, metrics)
    context.say(`start-up           ${id.padEnd(20)} ${JSON.stringify(metrics)}`)
  } finally {
    await target.close()
  }
}
