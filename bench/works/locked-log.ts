import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { alternate, type Experiment, type Running } from './experiment.ts'
import type { Results } from './results.ts'
import { measureThroughput, type Warming } from './throughput.ts'
import { findWork } from './works.ts'

const HOLD_LOCK = join(import.meta.dirname, '../rig/hold-lock.ts')

/** What stands in the way of the log's writer: nothing, a lock for the whole turn, one for nine tenths of it. */
const HINDRANCES: Readonly<Record<string, readonly string[] | undefined>> = {
  free: undefined,
  locked: [],
  slow: ['450', '50'],
}

/**
 * One Portside that answers small JSON while another process locks its log for writing, alternating with turns in which
 * nobody does. Each of the three is written down as if it were a gateway.
 */
export const LOCKED_LOG: Experiment = {
  id: 'locked-log',
  title: 'Small JSON while the log’s database is locked or slow',
  gateways: ['portside'],
  run: (context) =>
    // The others have no log to lock.
    alternate(
      { ...context, gateways: context.gateways.filter((id) => id === 'portside') },
      {
        work: 'locked-log-turns',
        turn: async (running, round) => {
          const rates: Record<string, number> = {}
          for (const [name, hold] of Object.entries(HINDRANCES))
            rates[name] = await measureHindered({ name, hold, running, round, ...context })
          return rates
        },
      },
    ),
}

type Hindered = Warming & {
  readonly name: string
  readonly hold: readonly string[] | undefined
  readonly running: Running
  readonly round: number
  readonly turnMs: number
  readonly results: Results
}

async function measureHindered(hindered: Hindered): Promise<number> {
  const { name, hold, running, round, results } = hindered
  const holder =
    hold === undefined ? undefined : await holdLock(join(running.target.home ?? '', 'requests.sqlite'), hold)
  try {
    const measured = await measureThroughput(findWork('small'), running, hindered, round)
    results.add('locked-log', name, measured)
    return measured.rate
  } finally {
    holder?.kill('SIGKILL')
  }
}

/** Resolves when the lock is held. The holder runs on the rig's core. */
async function holdLock(path: string, times: readonly string[]): Promise<ChildProcess> {
  const holder = spawn(process.execPath, [HOLD_LOCK, path, ...times], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [ended] = await Promise.race([once(holder.stdout, 'data').then(() => []), once(holder, 'exit')])
  if (ended !== undefined) throw new Error('the log’s database could not be locked')
  return holder
}
