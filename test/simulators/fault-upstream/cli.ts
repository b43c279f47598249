import { parseArgs } from 'node:util'
import { startFaultUpstream } from './fault-upstream.ts'
import { FAULTS, type FaultName } from './faults.ts'
import { seededScript } from './schedule.ts'
import type { FaultProtocol } from './wire.ts'

/** `npm run simulate`: an upstream that fails on purpose, to point a proxy at. */

const USAGE = `npm run simulate -- [--protocol openai-chat|anthropic] [--port N] [--fault NAME | --seed N]

Answers requests on 127.0.0.1 as an upstream does, and fails as told: always by one fault, or by a seeded mix of
thirteen. Faults: ${Object.keys(FAULTS).join(', ')}`

const { values } = parseArgs({
  options: {
    protocol: { type: 'string', default: 'openai-chat' },
    port: { type: 'string', default: '9191' },
    fault: { type: 'string' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})

function isFault(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name)
}

const { fault } = values
const isProtocol = (name: string): name is FaultProtocol => name === 'openai-chat' || name === 'anthropic'
if (values.help || (fault !== undefined && !isFault(fault)) || !isProtocol(values.protocol)) {
  console.log(USAGE)
  process.exit(values.help ? 0 : 2)
}
const script = fault === undefined || !isFault(fault) ? seededScript(Number(values.seed)) : () => fault
const upstream = await startFaultUpstream({
  protocol: values.protocol,
  port: Number(values.port),
  script(attempt) {
    const chosen = script(attempt)
    console.log(`${attempt.path} ${attempt.requestName} attempt ${attempt.attempt} → ${chosen}`)
    return chosen
  },
})
console.log(`An upstream of protocol ${values.protocol} that fails on purpose: base URL ${upstream.url}`)
