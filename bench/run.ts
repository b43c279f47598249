import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DEMANDS } from './report/demands.ts'
import { judge } from './report/judge.ts'
import { readNotes } from './report/read-notes.ts'
import {
  type BenchRecord,
  describeCommit,
  describeMachine,
  describeVersions,
  roundSamples,
} from './report/record.ts'
import { writeJudgements, writeReport } from './report/write-report.ts'
import { startMockUpstream } from './rig/mock-upstream.ts'
import { GATEWAYS, type GatewayId } from './targets/gateways.ts'
import { canPin, pinRig } from './targets/spawn.ts'
import { SHORT_TURNS } from './works/experiment.ts'
import { EXPERIMENTS } from './works/experiments.ts'
import { createResults } from './works/results.ts'

/**
 * The bench. Without options it measures everything and writes docs/performance.md and docs/performance.json; with a
 * choice of works or gateways, and with --quick, it only prints. It measures dist/ as it stands (`npm run bench` builds
 * it first). Ends with 1 when a gateway failed or answered wrongly.
 */
const { values: options } = parseArgs({
  options: {
    /** Ids of works, with commas. */
    work: { type: 'string' },
    /** Names from targets/gateways.ts, with commas. */
    gateways: { type: 'string' },
    /** Length of a turn. */
    ms: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    /** Measures nothing: writes docs/performance.md again from docs/performance.json and bench/notes/. */
    report: { type: 'boolean', default: false },
    /** Another folder than docs/ to write to; with it, a part or a quick run is written as well. */
    out: { type: 'string' },
  },
})

const DOCS = options.out ?? join(import.meta.dirname, '../docs')
const RECORD_FILE = join(DOCS, 'performance.json')
const REPORT_FILE = join(DOCS, 'performance.md')

const isPart = options.work !== undefined || options.gateways !== undefined
const turnMs = Number(options.ms ?? (options.quick ? 300 : 1800))
const warmMs = options.quick ? turnMs : Math.max(turnMs, 4000)
/** On a slow machine the quick run would not be quick otherwise. */
const warmAtMostMs = options.quick ? warmMs : 4 * warmMs
const rounds = Number(options.rounds ?? (options.quick || isPart ? 1 : 3))

if (options.report)
  writeFileSync(REPORT_FILE, writeReport(JSON.parse(readFileSync(RECORD_FILE, 'utf8')), readNotes()))
else {
  const record = await measure()
  // Only what was measured is judged: a part of the works leaves most promises open.
  const judgements = DEMANDS.map((demand) => judge(demand, record.samples)).filter(
    ({ isHeld }) => isHeld !== undefined,
  )
  if (judgements.length > 0) console.log(`\n${writeJudgements(judgements)}`)
  if (options.out !== undefined || !(isPart || options.quick)) {
    mkdirSync(DOCS, { recursive: true })
    writeFileSync(RECORD_FILE, `${JSON.stringify(record, undefined, 1)}\n`)
    writeFileSync(REPORT_FILE, writeReport(record, readNotes()))
    console.log(`\nWritten: ${REPORT_FILE}`)
  }
  console.log(`${record.seconds} s`)
  process.exit(record.failures.length === 0 ? 0 : 1)
}

async function measure(): Promise<BenchRecord> {
  pinRig()
  const upstream = await startMockUpstream()
  const results = createResults()
  const startedAt = performance.now()
  const date = `${new Date().toISOString().slice(0, 16)}Z`
  const { versions, leftOut } = describeVersions()
  if (leftOut.length > 0) console.log(`Not installed and left out: ${leftOut.join(', ')}`)
  for (const experiment of EXPERIMENTS) {
    if (!isAsked(options.work, experiment.id) || (options.quick && experiment.isLong)) continue
    const gateways = chosen(experiment.gateways).filter((id) => versions[id] !== undefined)
    await experiment.run({
      upstream,
      results,
      rounds,
      turnMs,
      warmMs,
      warmAtMostMs,
      isQuick: options.quick,
      gateways,
      say: console.log,
    })
  }
  upstream.close()
  return {
    date,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    rounds,
    turnMs,
    shortTurns: options.quick ? 1 : SHORT_TURNS,
    warmMs,
    machine: describeMachine(canPin),
    node: process.version.slice(1),
    commit: describeCommit(),
    versions,
    leftOut,
    failures: results.failures,
    samples: roundSamples(results.samples),
  }
}

function isAsked(list: string | undefined, id: string): boolean {
  return list === undefined || list.split(',').includes(id)
}

/** Gateways that are named are measured even where a work does not list them. */
function chosen(listed: readonly GatewayId[]): readonly GatewayId[] {
  const { gateways } = options
  if (gateways === undefined) return listed
  return (Object.keys(GATEWAYS) as GatewayId[]).filter((id) => isAsked(gateways, id))
}
