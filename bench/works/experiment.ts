import type { MockUpstream } from '../rig/mock-upstream.ts'
import { GATEWAYS, type GatewayId } from '../targets/gateways.ts'
import type { Gateway, Target } from '../targets/target.ts'
import type { Metrics, Results } from './results.ts'

/** One thing that is measured, with the gateways that it is measured with. */
export type Experiment = {
  readonly id: string
  readonly title: string
  /** Left out of the quick run. */
  readonly isLong?: true
  readonly gateways: readonly GatewayId[]
  run(context: Context): Promise<void>
}

export type Context = {
  readonly upstream: MockUpstream
  readonly results: Results
  readonly rounds: number
  /** How long one turn of a gateway lasts, without its warm-up. */
  readonly turnMs: number
  /** How long a gateway in JavaScript works at least before its first turn: until then V8 compiles more than it runs. */
  readonly warmMs: number
  /** The longest time that it may take to be warm. */
  readonly warmAtMostMs: number
  readonly isQuick: boolean
  /** The experiment's gateways that are installed and asked for. */
  readonly gateways: readonly GatewayId[]
  say(line: string): void
}

/** In how many turns a round's time is taken where turns may be short. */
export const SHORT_TURNS = 3

/**
 * The same time in more and shorter turns. On a machine that others use too, a turn may take twice its time: that
 * happens to one in nine then, rather than to one in three.
 */
export function inShortTurns(context: Context): Context {
  if (context.isQuick) return context
  return { ...context, rounds: context.rounds * SHORT_TURNS, turnMs: context.turnMs / SHORT_TURNS }
}

export type Running = {
  readonly id: GatewayId
  readonly gateway: Gateway
  readonly target: Target
  readonly upstreamPort: number
}

export type Alternation = {
  readonly work: string
  readonly rounds?: number
  readonly isDirectMeasuredOnce?: true
  /** One turn of one gateway. `round` counts from 0. */
  turn(running: Running, round: number): Promise<Metrics>
}

/**
 * Starts the gateways, gives each a turn (A B C A B C …) as often as there are rounds, and closes them. All of them run
 * from the first turn to the last: what is measured is a gateway that has warmed up, and each round meets the same
 * weather on the machine. A gateway that fails is written down and left out from then on.
 */
export async function alternate(
  context: Context,
  { work, rounds, isDirectMeasuredOnce, turn }: Alternation,
): Promise<void> {
  const { results, upstream } = context
  const running: Running[] = []
  const fail = (id: GatewayId, error: unknown) => {
    const problem = error instanceof Error ? error.message : String(error)
    results.failures.push({ work, gateway: id, problem: problem.slice(0, 600) })
    context.say(`${label(work, id)} FAILED: ${problem.slice(0, 600)}`)
  }
  for (const id of context.gateways) {
    const gateway: Gateway = GATEWAYS[id]
    try {
      running.push({ id, gateway, target: await gateway.start(upstream.port), upstreamPort: upstream.port })
    } catch (error) {
      fail(id, error)
    }
  }
  try {
    const failed = new Set<GatewayId>()
    for (let round = 0; round < (rounds ?? context.rounds); round++)
      for (const one of running) {
        // Without a gateway one turn says enough: it shows what the rig can do.
        const isEnough = one.id === 'direct' && isDirectMeasuredOnce && round > 0
        if (failed.has(one.id) || isEnough) continue
        await takeTurn(one, round).catch((error: unknown) => {
          failed.add(one.id)
          fail(one.id, error)
        })
      }
  } finally {
    await Promise.all(running.map(({ target }) => target.close()))
  }

  async function takeTurn(one: Running, round: number): Promise<void> {
    const metrics = await turn(one, round)
    results.add(work, one.id, metrics)
    context.say(`${label(work, one.id)} ${showMetrics(metrics)}`)
  }
}

function label(work: string, id: string): string {
  return `${work.padEnd(18)} ${id.padEnd(20)}`
}

function showMetrics(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${value >= 1000 ? value.toFixed(0) : value.toPrecision(3)}`)
    .join('  ')
}
