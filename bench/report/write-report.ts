import { GATEWAYS } from '../targets/gateways.ts'
import { EXPERIMENTS } from '../works/experiments.ts'
import { medianOf } from '../works/results.ts'
import { DEMANDS, GROUPS } from './demands.ts'
import { writeNumber, writeRatio, writeTable } from './format.ts'
import { type Judgement, judge } from './judge.ts'
import { type Profiles, writeProfileTable } from './profiles.ts'
import type { BenchRecord } from './record.ts'
import { writeGrowth } from './write-growth.ts'
import { writeLimits, writeMachine, writeRepeating } from './write-setting.ts'

/** What is kept by hand and goes into the report as it is. */
export type Notes = {
  /** Why what was missed was missed. */
  readonly causes: string
  readonly tried: string
  readonly before: Profiles
  readonly after: Profiles
}

/** Writes docs/performance.md from a run. */
export function writeReport(record: BenchRecord, notes: Notes): string {
  const judgements = DEMANDS.map((demand) => judge(demand, record.samples))
  const sections = [
    '# Performance',
    writeSummary(record, judgements),
    '## Promised and measured',
    READING,
    ...Object.entries(GROUPS).map(([group, title]) =>
      [
        `### ${group}. ${title}`,
        writeJudgements(judgements.filter(({ demand }) => demand.group === Number(group))),
      ].join('\n\n'),
    ),
    '## What was missed, and why',
    writeMissed(judgements),
    notes.causes,
    '## How cost grows with the work',
    writeGrowth(record.samples),
    '## Everything that was measured',
    'Medians of the turns; in brackets the lowest and the highest.',
    ...EXPERIMENTS.map(({ id, title }) => writeMeasured(id, title, record)),
    '## Where the time goes',
    writeProfiles(notes),
    '## What was tried and did not help',
    notes.tried,
    '## The limits of these numbers',
    writeLimits(record),
    '## The machine',
    writeMachine(record),
    '## To repeat it',
    writeRepeating(record),
  ]
  return `${sections.filter((section) => section.trim() !== '').join('\n\n')}\n`
}

const READING = `Each value is the median of the turns in one run, with keys, pool and log on.
“Ratio” is Portside’s value over the other’s; “CPU” is the same ratio for CPU seconds a unit, which noise on the machine touches least and where less is better.
Added times are those of the gateway less those of the same request without a gateway.`

function writeSummary({ date, commit, failures }: BenchRecord, judgements: readonly Judgement[]): string {
  const held = judgements.filter(({ isHeld }) => isHeld === true).length
  const open = judgements.filter(({ isHeld }) => isHeld === undefined).length
  const wrong =
    failures.length === 0
      ? 'Every answer of every gateway was right.'
      : `Not every turn went well:\n\n${failures.map(({ work, gateway, problem }) => `- ${gateway} at ${work}: ${problem.split('\n')[0]}`).join('\n')}`
  const unmeasured = open === 0 ? '' : ` ${open} could not be measured.`
  return `Written by \`npm run bench\` on ${date}, for commit ${commit}; do not edit.
Of ${judgements.length} promises ${held} held and ${judgements.length - held - open} were missed.${unmeasured}
${wrong}`
}

export function writeJudgements(judgements: readonly Judgement[]): string {
  return writeTable(
    ['Promise', 'Portside', 'Compared with', 'Ratio', 'Promised', 'CPU', ''],
    judgements.map(({ demand, value, other, otherGateway, ratio, isHeld, cpuRatio }) => [
      demand.title,
      value === undefined ? '–' : `${writeNumber(value)} ${demand.unit}`,
      other === undefined ? '' : `${nameOf(demand.over, otherGateway)} ${writeNumber(other)}`,
      demand.over.length === 0 ? '' : writeRatio(ratio),
      writeBound(demand),
      cpuRatio === undefined ? '' : writeRatio(cpuRatio),
      isHeld === undefined ? 'not measured' : isHeld ? 'held' : '**missed**',
    ]),
  )
}

function writeBound({ bound, over, unit }: Judgement['demand']): string {
  const sign = over.length === 0 ? ` ${unit}` : '×'
  return 'atLeast' in bound ? `≥ ${bound.atLeast}${sign}` : `≤ ${bound.atMost}${sign}`
}

function nameOf(over: Judgement['demand']['over'], gateway = ''): string {
  const isOwn = gateway === 'portside'
  return isOwn ? (over[0]?.work ?? '') : gatewayName(gateway)
}

function gatewayName(id: string): string {
  return Object.entries(GATEWAYS).find(([known]) => known === id)?.[1].name ?? id
}

function writeMissed(judgements: readonly Judgement[]): string {
  const missed = judgements.filter(({ isHeld }) => isHeld === false)
  if (missed.length === 0) return 'Nothing in this run.'
  return missed
    .map(
      ({ demand, ratio, otherGateway }) =>
        `- ${demand.title}${otherGateway === undefined ? '' : ` (${gatewayName(otherGateway)})`}: ${demand.over.length === 0 ? `${writeNumber(ratio)} ${demand.unit}` : writeRatio(ratio)}, promised ${writeBound(demand)}`,
    )
    .join('\n')
}

/** A gateway whose turns left the rig with less than this was not the limit alone. */
const RIG_FULL = 0.9

function writeMeasured(work: string, title: string, { samples }: BenchRecord): string {
  const gateways = Object.keys(samples[work] ?? {})
  if (gateways.length === 0) return ''
  const metrics = Object.keys(samples[work]?.[gateways[0] ?? ''] ?? {})
  const rows = gateways.map((gateway) => {
    const isRigFull = (medianOf(samples, work, gateway, 'rigBusy') ?? 0) >= RIG_FULL
    return [
      `${gatewayName(gateway)}${isRigFull ? ' †' : ''}`,
      ...metrics.map((metric) => writeSpread(samples[work]?.[gateway]?.[metric] ?? [])),
    ]
  })
  const footnote = rows.some(([name]) => name?.endsWith('†'))
    ? '\n\n† Here the rig’s own core was full: the gateway may be faster than this.'
    : ''
  return `### ${title}\n\n${writeTable(['', ...metrics.map((metric) => METRIC_NAMES[metric] ?? metric)], rows)}${footnote}`
}

const METRIC_NAMES: Readonly<Record<string, string>> = {
  rate: 'a second',
  cpuPerMillion: 'CPU s for 1 M',
  rigBusy: 'rig’s core in use',
  medianMs: 'median, ms',
  p99Ms: 'p99, ms',
  lateMedianMs: 'lateness, median ms',
  lateP99Ms: 'lateness, p99 ms',
  pace: 'share of the pace kept',
  addedMegabytes: 'added, MB',
  megabytes: 'in all, MB',
  startMs: 'start, ms',
  idleMegabytes: 'idle, MB',
  q0: 'warm, MB',
  q1: '1st quarter',
  q2: '2nd',
  q3: '3rd',
  q4: '4th',
}

function writeSpread(values: readonly number[]): string {
  if (values.length === 0) return '–'
  const middle = writeNumber(medianOf({ w: { g: { m: [...values] } } }, 'w', 'g', 'm'))
  if (values.length === 1) return middle
  return `${middle} (${writeNumber(Math.min(...values))}–${writeNumber(Math.max(...values))})`
}

function writeProfiles({ before, after }: Notes): string {
  const works = EXPERIMENTS.filter(({ id }) => before[id] !== undefined || after[id] !== undefined)
  if (works.length === 0)
    return 'No profile was taken; `node bench/profile.ts --work sse --save after` takes one.'
  const tables = works.map(({ id, title }) => {
    const part = (label: string, rows: Profiles[string] | undefined) =>
      rows === undefined ? [] : [label, writeProfileTable(rows)]
    return [`### ${title}`, ...part('Before:', before[id]), ...part('After:', after[id])].join('\n\n')
  })
  return [
    'CPU profiles of Portside’s main thread, the functions with the most time in themselves, before and after it was made faster (`node bench/profile.ts`).',
    ...tables,
  ].join('\n\n')
}
