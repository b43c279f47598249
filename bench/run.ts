import { parseArgs } from 'node:util'
import { startMockUpstream } from './rig/mock-upstream.ts'
import { GATEWAYS, type GatewayId } from './targets/gateways.ts'
import { pinRig } from './targets/spawn.ts'
import { EXPERIMENTS } from './works/experiments.ts'
import { createResults } from './works/results.ts'

const { values: options } = parseArgs({
  options: {
    /** Ids of works, with commas; all where it is left out. Nothing is written then. */
    work: { type: 'string' },
    gateways: { type: 'string' },
    ms: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
})

const asked = (list: string | undefined, id: string) => list === undefined || list.split(',').includes(id)
const isPart = options.work !== undefined || options.gateways !== undefined
const turnMs = Number(options.ms ?? (options.quick ? 800 : 2000))
const rounds = Number(options.rounds ?? (options.quick || isPart ? 1 : 3))

pinRig()
const upstream = await startMockUpstream()
const results = createResults()
const startedAt = performance.now()
for (const experiment of EXPERIMENTS) {
  if (!asked(options.work, experiment.id) || (options.quick && experiment.isLong)) continue
  const gateways = chosen(experiment.gateways).filter((id) => GATEWAYS[id].version() !== undefined)
  await experiment.run({
    upstream,
    results,
    rounds,
    turnMs,
    isQuick: options.quick,
    gateways,
    say: console.log,
  })
}
console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
process.exit(results.failures.length === 0 ? 0 : 1)

/** Gateways that are named are measured even where a work does not list them. */
function chosen(listed: readonly GatewayId[]): readonly GatewayId[] {
  const { gateways } = options
  if (gateways === undefined) return listed
  return (Object.keys(GATEWAYS) as GatewayId[]).filter((id) => gateways.split(',').includes(id))
}
