import { Agent, fetch } from 'undici'
import type { SettingsInput } from '../../contract/settings.ts'
import { type FaultUpstream, startFaultUpstream } from '../simulators/fault-upstream/fault-upstream.ts'
import { SCHEDULE_S1, seededScript } from '../simulators/fault-upstream/schedule.ts'
import type { FaultProtocol } from '../simulators/fault-upstream/wire.ts'
import { TEST_KEY } from '../support/start-portside.ts'
import { type ClientView, readClient } from './read-client.ts'
import type { Inbound, Mode } from './row.ts'

const ACCOUNTS = 5
const CONCURRENCY = 64
const PATHS = { openai: '/v1/chat/completions', anthropic: '/v1/messages' } as const

/** Settings under which what happens to a request depends on its own script alone: no cooldown, no breaker, full budget. */
export function stormSettings(
  upstreams: readonly FaultUpstream[],
  protocols: readonly FaultProtocol[],
): SettingsInput {
  return {
    providers: protocols.map((protocol, index) => ({
      id: protocol,
      type: protocol,
      baseUrl: upstreams[index]?.url ?? '',
      models: [`m-${protocol}`],
      privateNetwork: true,
    })),
    accounts: protocols.flatMap((provider) =>
      Array.from({ length: ACCOUNTS }, (_, index) => ({
        provider,
        name: `${provider}-${index}`,
        apiKey: `sk-${provider}-${index}-0123456789`,
      })),
    ),
    pool: { perAccountInflight: CONCURRENCY, queueSize: 1000 },
    retry: { backoffBaseMs: 1, backoffMaxMs: 5, budgetRatio: 1, budgetMin: 1000, deadlineMs: 60_000 },
    timeouts: { firstByteMs: 3000, idleMs: 3000, totalMs: 4000 },
    cooldown: { enabled: false },
    breaker: { enabled: false },
    log: { maxRows: 50_000, bodies: 'off' },
  }
}

/** Upstreams that fail by a schedule and a seed. */
export async function startStormUpstreams(
  protocols: readonly FaultProtocol[],
  seed: number,
  schedule = SCHEDULE_S1,
): Promise<FaultUpstream[]> {
  const upstreams: FaultUpstream[] = []
  for (const protocol of protocols)
    upstreams.push(await startFaultUpstream({ protocol, script: seededScript(seed, schedule) }))
  return upstreams
}

export type Outcome = {
  readonly name: string
  readonly inbound: Inbound
  readonly mode: Mode
  readonly view: ClientView
}

export type Storm = {
  readonly url: string
  readonly count: number
  readonly protocols: readonly FaultProtocol[]
  /** Told apart from other storms at the same upstreams. */
  readonly label: string
  readonly onOutcome?: (outcome: Outcome) => void
}

/** Sends `count` requests, 64 at a time: half of them OpenAI, half Anthropic, seven of ten streamed. */
export async function runStorm({ url, count, protocols, label, onOutcome }: Storm): Promise<Outcome[]> {
  const dispatcher = new Agent({ connections: CONCURRENCY, keepAliveTimeout: 10_000 })
  const outcomes: Outcome[] = []
  let next = 0
  async function worker(): Promise<void> {
    while (next < count) {
      const index = next++
      const inbound: Inbound = index % 2 === 0 ? 'openai' : 'anthropic'
      const mode: Mode = index % 10 < 7 ? 'stream' : 'whole'
      const name = `req-${label}-${index}`
      const response = await fetch(url + PATHS[inbound], {
        dispatcher,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TEST_KEY}` },
        body: JSON.stringify({
          model: `m-${protocols[Math.floor(index / 2) % protocols.length]}`,
          stream: mode === 'stream',
          max_tokens: 50,
          messages: [{ role: 'user', content: `please answer ${name}` }],
        }),
      })
      const outcome = {
        name,
        inbound,
        mode,
        view: await readClient(response as unknown as Response, inbound, mode),
      }
      outcomes.push(outcome)
      onOutcome?.(outcome)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  await dispatcher.close()
  return outcomes
}
