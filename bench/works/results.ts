import { median } from '../rig/quantile.ts'

/** What one turn of a gateway measured, by name. */
export type Metrics = Readonly<Record<string, number>>

/** Every measured value, by work, gateway and metric, in the order of the turns. */
export type Samples = Record<string, Record<string, Record<string, number[]>>>

export type Results = {
  readonly samples: Samples
  /** What went wrong: a gateway that did not start, a wrong answer. */
  readonly failures: Failure[]
  add(work: string, gateway: string, metrics: Metrics): void
}

export type Failure = { readonly work: string; readonly gateway: string; readonly problem: string }

/** Gathers what the turns measure. */
export function createResults(): Results {
  const samples: Samples = {}
  return {
    samples,
    failures: [],
    add(work, gateway, metrics) {
      samples[work] ??= {}
      samples[work][gateway] ??= {}
      const values = samples[work][gateway]
      for (const [metric, value] of Object.entries(metrics)) {
        values[metric] ??= []
        values[metric].push(value)
      }
    },
  }
}

/** The median over the turns; undefined where nothing was measured. */
export function medianOf(
  samples: Samples,
  work: string,
  gateway: string,
  metric: string,
): number | undefined {
  const values = samples[work]?.[gateway]?.[metric]
  return values === undefined || values.length === 0 ? undefined : median(values)
}
