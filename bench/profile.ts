import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ProfileLabel, profilesFile, readProfiles, writeProfileTable } from './report/profiles.ts'
import { type CallFrame, type CpuProfile, topFunctions } from './report/top-functions.ts'
import { runLoad } from './rig/load.ts'
import { startMockUpstream } from './rig/mock-upstream.ts'
import { portside } from './targets/portside.ts'
import { pinRig } from './targets/spawn.ts'
import { loadOf } from './works/throughput.ts'
import { WORKS, type Work } from './works/works.ts'

/**
 * Runs Portside under `--cpu-prof` at a work and prints its functions by the time spent in themselves. `--save before`
 * or `--save after` keeps the tables for docs/performance.md; `--dist` takes another build than dist/.
 */
const { values: options } = parseArgs({
  options: {
    work: { type: 'string', default: 'small,request-200k,answer-1m,sse,translate-sse,translate-200k,bridge' },
    ms: { type: 'string', default: '4000' },
    top: { type: 'string', default: '12' },
    dist: { type: 'string' },
    save: { type: 'string' },
  },
})

const { save } = options
if (save !== undefined && save !== 'before' && save !== 'after')
  throw new Error('--save takes before or after')

/** Start and first compiling, which are not what a work costs. */
const COLD_MS = 1500
const maps = new Map<string, SourceMap>()

pinRig()
const upstream = await startMockUpstream()
for (const work of WORKS.filter(({ id }) => options.work.split(',').includes(id))) {
  const rows = topFunctions(await takeProfile(work), {
    count: Number(options.top),
    afterMs: COLD_MS,
    sourceAt,
  })
  console.log(`\n${work.title}\n\n${writeProfileTable(rows)}`)
  if (save !== undefined) keep(save, work.id, rows)
}
process.exit(0)

async function takeProfile(work: Work): Promise<CpuProfile> {
  const folder = mkdtempSync(join(tmpdir(), 'portside-profile-'))
  const gateway = portside({
    nodeOptions: ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${folder}`],
    ...(options.dist === undefined ? {} : { dist: options.dist }),
  })
  try {
    const target = await gateway.start(upstream.port)
    const running = { id: 'portside', gateway, target, upstreamPort: upstream.port } as const
    await runLoad({ ...loadOf(work, running), durationMs: Number(options.ms) })
    await target.close()
    // The log's worker writes a profile of its own; the main thread's is by far the larger one.
    const profiles = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    const largest = profiles.sort((a, b) => b.length - a.length)[0]
    if (largest === undefined) throw new Error('Portside wrote no profile')
    return JSON.parse(largest)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function keep(label: ProfileLabel, work: string, rows: ReturnType<typeof topFunctions>): void {
  const profiles = { ...readProfiles(label), [work]: rows }
  writeFileSync(profilesFile(label), `${JSON.stringify(profiles, undefined, 1)}\n`)
}

/** The file that a line of the built program was written in, from the map beside it. */
function sourceAt({ url, lineNumber, columnNumber }: CallFrame): string | undefined {
  if (!url.startsWith('file:')) return undefined
  const entry = mapOf(url)?.findEntry(lineNumber, columnNumber)
  if (entry === undefined || !('originalSource' in entry)) return undefined
  return `${entry.originalSource.replace(/^(\.\.\/)*(node_modules\/)?/, '')}:${entry.originalLine + 1}`
}

function mapOf(url: string): SourceMap | undefined {
  const known = maps.get(url)
  if (known !== undefined) return known
  const file = new URL(`${url}.map`)
  if (!existsSync(file)) return undefined
  const map = new SourceMap(JSON.parse(readFileSync(file, 'utf8')))
  maps.set(url, map)
  return map
}
