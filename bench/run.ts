import { parseArgs } from 'node:util'
import { startMockUpstream } from './rig/mock-upstream.ts'
import { GATEWAYS } from './targets/gateways.ts'
import { pinRig } from './targets/spawn.ts'
import { measureThroughput } from './works/throughput.ts'
import { WORKS } from './works/works.ts'
const { values } = parseArgs({ options: { work: { type: 'string' }, ms: { type: 'string', default: '3000' }, rounds: { type: 'string', default: '1' }, gateways: { type: 'string' } } })
pinRig()
const upstream = await startMockUpstream()
for (const work of WORKS.filter((w) => values.work === undefined || values.work.split(',').includes(w.id))) {
  for (const name of work.gateways.filter((g) => values.gateways === undefined || values.gateways.split(',').includes(g))) {
    const gateway = GATEWAYS[name]!
    try {
      const target = await gateway.start(upstream.port)
      for (let round = 0; round < Number(values.rounds); round++) {
        const result = await measureThroughput(work, { gateway, target, upstreamPort: upstream.port }, Number(values.ms))
        console.log(work.id.padEnd(18), name.padEnd(22), result.rate.toFixed(0).padStart(9), `${result.cpuPerMillion.toFixed(1)} CPU s/M`)
      }
      await target.close()
    } catch (error) { console.log(work.id, name, String(error).slice(0, 600)) }
  }
}
process.exit(0)
