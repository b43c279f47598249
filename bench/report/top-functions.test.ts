import { expect, it } from 'vitest'
import { type CpuProfile, topFunctions } from './top-functions.ts'

it('The functions of a profile are told by their share of the busy time after the start', () => {
  const frame = (functionName: string, url = '', lineNumber = 0) => ({
    functionName,
    url,
    lineNumber,
    columnNumber: 0,
  })
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('skim', 'file:///a.js', 4) },
      // The same function, called from elsewhere.
      { id: 3, callFrame: frame('skim', 'file:///a.js', 4) },
      { id: 4, callFrame: frame('writev') },
      { id: 5, callFrame: frame('compile') },
    ],
    samples: [5, 5, 1, 2, 3, 4],
    timeDeltas: [500, 499, 8000, 2000, 1000, 1000],
  }
  const sourceAt = ({ url, lineNumber }: { url: string; lineNumber: number }) =>
    url === '' ? undefined : `skim.ts:${lineNumber + 1}`
  expect(topFunctions(profile, { count: 2, afterMs: 1, sourceAt })).toEqual([
    { name: 'skim', place: 'skim.ts:5', self: 0.75 },
    { name: 'writev', place: 'Node or V8', self: 0.25 },
  ])
})
