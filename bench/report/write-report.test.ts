import { describe, expect, it } from 'vitest'
import { createResults } from '../works/results.ts'
import { DEMANDS } from './demands.ts'
import type { BenchRecord } from './record.ts'
import { writeReport } from './write-report.ts'

/** A run in which Portside was at every work as good as the others. */
function recordOf(change: Partial<BenchRecord> = {}): BenchRecord {
  const results = createResults()
  for (const { of, over, less } of DEMANDS)
    for (const operand of [of, ...over, ...(less === undefined ? [] : [less])]) {
      const value = operand.gateway === 'direct' ? 1 : 100
      results.add(operand.work, operand.gateway, { [operand.metric]: value })
    }
  return {
    date: '2026-01-02T03:04Z',
    seconds: 610,
    rounds: 3,
    turnMs: 2000,
    warmMs: 4000,
    machine: {
      cpu: 'A CPU',
      cores: 2,
      memoryGigabytes: 24,
      kernel: '6.1',
      system: 'Debian 12',
      isPinned: true,
    },
    node: '24.21.0',
    commit: 'abc1234',
    versions: { portside: '0.1.0', portkey: '1.15.2' },
    leftOut: [],
    failures: [],
    samples: results.samples,
    ...change,
  }
}

const NOTES = { causes: 'Because of a cause.', tried: 'This and that.', before: {}, after: {} }

describe('the report', () => {
  it('says which promises held and which were missed, each with its ratio', () => {
    const report = writeReport(recordOf(), NOTES)
    expect(report).toContain(
      '| small JSON, 64 clients | 100 requests/s | bare Node pipe 100 | 1.00× | ≥ 1× |',
    )
    expect(report).toMatch(
      /small JSON, 64 clients .* Portkey gateway 100 \| 1\.00× \| ≥ 10× .*\*\*missed\*\*/,
    )
    expect(report).toContain('- small JSON, 64 clients (Portkey gateway): 1.00×, promised ≥ 10×')
    expect(report).toContain('Because of a cause.')
  })

  it('says what was not measured and who was left out', () => {
    const report = writeReport(recordOf({ samples: {}, leftOut: ['nginx'] }), NOTES)
    expect(report).toContain(
      `Of ${DEMANDS.length} promises 0 held and 0 were missed. ${DEMANDS.length} could`,
    )
    expect(report).toContain('Not installed and left out: nginx.')
    expect(report).not.toContain('NaN')
  })

  it('does not hide a wrong answer', () => {
    const failures = [{ work: 'sse', gateway: 'portkey', problem: 'status 500: no' }]
    expect(writeReport(recordOf({ failures }), NOTES)).toContain('- portkey at sse: status 500: no')
  })

  it('marks the turns in which the rig was full', () => {
    const record = recordOf({
      samples: { small: { nginx: { rate: [5], rigBusy: [0.99] }, pipe: { rate: [4], rigBusy: [0.4] } } },
    })
    const report = writeReport(record, NOTES)
    expect(report).toContain('| nginx † | 5 | 0.99 |')
    expect(report).toContain('| bare Node pipe | 4 | 0.4 |')
  })
})
