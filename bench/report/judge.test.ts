import { describe, expect, it } from 'vitest'
import { createResults, type Samples } from '../works/results.ts'
import type { Demand } from './demands.ts'
import { judge } from './judge.ts'

/** Samples of one work, from the values that each gateway's turns had. */
function samplesOf(metric: string, turns: Readonly<Record<string, readonly number[]>>): Samples {
  const results = createResults()
  for (const [gateway, values] of Object.entries(turns))
    for (const value of values) results.add('small', gateway, { [metric]: value, cpuPerMillion: value / 10 })
  return results.samples
}

const at = (gateway: string, metric = 'rate') => ({ work: 'small', gateway, metric })
const FASTER: Demand = {
  group: 1,
  title: 'small JSON',
  of: at('portside'),
  over: [at('slow'), at('fast')],
  bound: { atLeast: 2 },
  unit: 'requests/s',
}

describe('a promise', () => {
  it('is judged by medians, against the fastest of the others', () => {
    const samples = samplesOf('rate', { portside: [400, 9000, 410], slow: [10, 20, 15], fast: [200, 205, 1] })
    expect(judge(FASTER, samples)).toMatchObject({
      value: 410,
      other: 200,
      otherGateway: 'fast',
      ratio: 2.05,
      isHeld: true,
      cpuRatio: 2.05,
    })
  })

  it('is missed below its bound, however little', () => {
    const samples = samplesOf('rate', { portside: [399], fast: [200] })
    expect(judge(FASTER, samples).isHeld).toBe(false)
  })

  it('of at most so much is judged against the lowest, less what the rig itself takes', () => {
    const demand: Demand = {
      ...FASTER,
      of: at('portside', 'p99Ms'),
      over: [at('pipe', 'p99Ms')],
      less: at('direct', 'p99Ms'),
      bound: { atMost: 2 },
    }
    const judged = (portside: number) =>
      judge(demand, samplesOf('p99Ms', { portside: [portside], pipe: [3], direct: [1] }))
    expect(judged(5)).toMatchObject({ value: 4, other: 2, ratio: 2, isHeld: true })
    expect(judged(5.1)).toMatchObject({ isHeld: false })
    // A gateway that adds nothing measurable is no yardstick.
    expect(
      judge(demand, samplesOf('p99Ms', { portside: [2], pipe: [1], direct: [1] })).isHeld,
    ).toBeUndefined()
  })

  it('without another is judged by the value itself', () => {
    const demand: Demand = { ...FASTER, over: [], bound: { atMost: 150 } }
    expect(judge(demand, samplesOf('rate', { portside: [151] }))).toMatchObject({ ratio: 151, isHeld: false })
    expect(judge(demand, samplesOf('rate', { portside: [150] })).isHeld).toBe(true)
  })

  it('of a multiple compares multiples', () => {
    const results = createResults()
    const add = (work: string, portside: number, pipe: number) => {
      results.add(work, 'portside', { rate: portside })
      results.add(work, 'pipe', { rate: pipe })
    }
    add('few', 30, 60)
    add('many', 60, 100)
    const of = { work: 'many', gateway: 'portside', metric: 'rate', per: 'pipe' }
    const demand: Demand = { ...FASTER, of, over: [{ ...of, work: 'few' }], bound: { atMost: 1.25 } }
    expect(judge(demand, results.samples)).toMatchObject({ value: 0.6, other: 0.5, ratio: 1.2, isHeld: true })
    const unmeasured = { ...demand, over: [{ ...of, work: 'none' }] }
    expect(judge(unmeasured, results.samples).isHeld).toBeUndefined()
  })

  it('stays open where one side was not measured', () => {
    expect(judge(FASTER, samplesOf('rate', { portside: [400] })).isHeld).toBeUndefined()
    expect(judge(FASTER, samplesOf('rate', { fast: [400] })).isHeld).toBeUndefined()
  })
})
