import { medianOf, type Samples } from '../works/results.ts'
import { writeNumber } from './format.ts'
import type { BenchRecord } from './record.ts'

/** What the numbers do not say. */
export function writeLimits({ samples, leftOut, machine }: BenchRecord): string {
  const carried = writePaceKept(samples)
  return [
    '- The rig (mock upstream and load generator in one process) has one core, the gateway the other one. “No gateway” is the rig talking to itself: what no gateway can exceed here.',
    '- Rates are those of a gateway that always has work; how long a request takes then is a matter of the queue. Added times are measured with one request at a time.',
    '- Every answer is checked. One that is only passed on must be the upstream’s byte for byte; a translated one is read whole, streamed ones each sixteenth time, and otherwise by their first and last word, the call and the end.',
    ...(carried === undefined ? [] : [`- ${carried}`]),
    '- Rows of the request log cannot be turned off; “none” keeps rows without bodies, “errors” (the default) the bodies of failed requests.',
    '- Portside’s settings are the defaults but for limits that many connections would meet: connections, requests of an account at a time, keep-alive.',
    '- Portkey has no Anthropic face: as a translating peer it is asked in OpenAI’s API with an Anthropic upstream, the same work the other way round. It runs with `@hono/node-server` 1.13.7, since newer ones end its streams with an error.',
    '- claude-code-router runs with its log off. copilot-api is not measured: it signs in to GitHub before it listens.',
    ...(machine.isPinned
      ? []
      : ['- Processes could not be pinned to cores: gateway and rig disturb each other.']),
    ...(leftOut.length === 0 ? [] : [`- Not installed and left out: ${leftOut.join(', ')}.`]),
  ].join('\n')
}

/** Who kept up with the fastest paced streams; whoever did not queues events, and their lateness is that of the queue. */
function writePaceKept(samples: Samples): string | undefined {
  const percent = (gateway: string) => {
    const pace = medianOf(samples, 'paced-500-fast', gateway, 'pace')
    return pace === undefined ? 'an unmeasured share' : `${writeNumber(pace * 100)} %`
  }
  if (samples['paced-500-fast'] === undefined) return undefined
  return `Of 50,000 events a second (500 streams of 100) the rig alone kept ${percent('direct')} of the pace, the pipe ${percent('pipe')}, Portside ${percent('portside')}. Who keeps less than all of it has a queue, and lateness there is the queue’s; the run with 10 events a second and stream asks for a tenth of that.`
}

export function writeMachine({ machine, node, versions }: BenchRecord): string {
  const { cpu, cores, memoryGigabytes, kernel, system } = machine
  const version = (id: string) => versions[id] ?? 'not installed'
  return [
    `- ${cpu}, ${cores} cores, ${memoryGigabytes} GB; ${system}, Linux ${kernel}`,
    `- Node ${node} for Portside, the pipe, the peers and the rig`,
    `- Portside ${version('portside')}, built; Portkey gateway ${version('portkey')}; claude-code-router ${version('ccr')}; nginx ${version('nginx')}`,
  ].join('\n')
}

export function writeRepeating({ rounds, turnMs, shortTurns = 1, warmMs, seconds }: BenchRecord): string {
  const short = shortTurns === 1 ? '' : `, for rates and added times in ${shortTurns} turns each,`
  return `\`\`\`sh
npm ci && npm run bench          # all of it; this run took ${Math.ceil(seconds / 60)} minutes
npm run bench:quick              # within 3 minutes, prints only
node bench/run.ts --work small,sse --gateways pipe,portside --ms 2500 --rounds 3
node bench/profile.ts --work sse # where Portside spends its time
\`\`\`

It needs Linux, two cores and npm; nginx is installed with apt where that is possible.
For each work all gateways are started, then take turns (A B C A B C …), ${rounds} rounds of ${turnMs / 1000} s${short} after a warm-up of at least ${warmMs / 1000} s, until their rates rise no more (those that only show growth one round less, no gateway only once); they are closed when the work is done, so that each work meets fresh processes that have warmed up.
Start-up is the exception: each start is a new process.
The values of every turn are in \`performance.json\`; \`node bench/run.ts --report\` writes this page again from them and from \`bench/notes/\`.`
}
