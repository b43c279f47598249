import fc, { type Arbitrary } from 'fast-check'

export type FuzzPlan<Case> = {
  readonly cases: Arbitrary<Case>
  /** Says what is wrong with a case, or nothing. */
  readonly check: (one: Case) => Promise<string | undefined>
  readonly runs: number
  readonly seed: number
  /** How many cases are under way at once. */
  readonly concurrency: number
}

export type FuzzFailure<Case> = {
  readonly smallest: Case
  readonly problem: string
  readonly all: readonly string[]
}

/**
 * Tries many cases at once, as a proxy is used. Where one fails, the same cases are made again by their seed, one after
 * the other, and the first that failed is made as small as it can be.
 */
export async function runFuzz<Case>(plan: FuzzPlan<Case>): Promise<FuzzFailure<Case> | undefined> {
  const failed = await findFailures(plan)
  const first = failed[0]
  if (first === undefined) return undefined
  let run = 0
  let problem = first.problem
  const result = await fc.check(
    fc.asyncProperty(plan.cases, async (one) => {
      if (run++ < first.run) return true
      const found = await problemOf(plan, one)
      problem = found ?? problem
      return found === undefined
    }),
    { seed: plan.seed, numRuns: first.run + 1 },
  )
  return {
    smallest: result.counterexample?.[0] ?? first.one,
    problem,
    all: failed.map((each) => each.problem),
  }
}

type Found<Case> = { readonly run: number; readonly one: Case; readonly problem: string }

async function findFailures<Case>(plan: FuzzPlan<Case>): Promise<Found<Case>[]> {
  const failed: Found<Case>[] = []
  const underWay = new Set<Promise<void>>()
  let run = 0
  await fc.check(
    fc.asyncProperty(plan.cases, async (one) => {
      const number = run++
      const going: Promise<void> = problemOf(plan, one).then((problem) => {
        underWay.delete(going)
        if (problem !== undefined) failed.push({ run: number, one, problem })
      })
      underWay.add(going)
      if (underWay.size >= plan.concurrency) await Promise.race(underWay)
    }),
    { seed: plan.seed, numRuns: plan.runs },
  )
  await Promise.all(underWay)
  return failed.sort((a, b) => a.run - b.run)
}

async function problemOf<Case>({ check }: FuzzPlan<Case>, one: Case): Promise<string | undefined> {
  try {
    return await check(one)
  } catch (thrown) {
    return String(thrown)
  }
}
