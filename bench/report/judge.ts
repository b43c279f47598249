import { medianOf, type Samples } from '../works/results.ts'
import type { Demand, Operand } from './demands.ts'

/** What became of a demand. `undefined` stands for what was not measured. */
export type Judgement = {
  readonly demand: Demand
  readonly value: number | undefined
  /** The value that it is compared with, and whose it is. */
  readonly other: number | undefined
  readonly otherGateway: string | undefined
  readonly ratio: number | undefined
  readonly isHeld: boolean | undefined
  /** CPU a unit over the other's, where both were counted and the ratio is one of rates. */
  readonly cpuRatio: number | undefined
}

/** Judges a demand by the medians. */
export function judge(demand: Demand, samples: Samples): Judgement {
  const { of, over, less, bound } = demand
  const read = ({ work, gateway, metric, per }: Operand) => {
    const median = medianOf(samples, work, gateway, metric)
    return per === undefined ? median : divide(median, medianOf(samples, work, per, metric))
  }
  const base = less === undefined ? 0 : read(less)
  const value = minus(read(of), base)
  const best = bestOf(over, (operand) => minus(read(operand), base), 'atLeast' in bound)
  const ratio = over.length === 0 ? value : divide(value, best?.value)
  return {
    demand,
    value,
    other: best?.value,
    otherGateway: best?.operand.gateway,
    ratio,
    isHeld: ratio === undefined ? undefined : holds(bound, ratio),
    cpuRatio:
      best === undefined || of.metric !== 'rate'
        ? undefined
        : divide(
            read({ ...of, metric: 'cpuPerMillion' }),
            read({ ...best.operand, metric: 'cpuPerMillion' }),
          ),
  }
}

/** The hardest one to beat: the highest where more is better, the lowest elsewhere. */
function bestOf(
  operands: readonly Operand[],
  read: (operand: Operand) => number | undefined,
  isHighest: boolean,
): { operand: Operand; value: number } | undefined {
  return operands
    .flatMap((operand) => {
      const value = read(operand)
      return value === undefined ? [] : [{ operand, value }]
    })
    .sort((a, b) => (isHighest ? b.value - a.value : a.value - b.value))[0]
}

function holds(bound: Demand['bound'], ratio: number): boolean {
  return 'atLeast' in bound ? ratio >= bound.atLeast : ratio <= bound.atMost
}

function minus(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined ? undefined : value - base
}

/** A ratio to nothing, or to less than nothing as noise makes it, is none. */
function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by <= 0 ? undefined : value / by
}
