import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm test`: installs what the tests need where it is missing (Debian's Chromium, the published clients), runs every
 * check and every test, and ends with one line that counts them.
 */

const ROOT = join(import.meta.dirname, '..')
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const DEBIAN_PACKAGES = ['chromium', 'fonts-dejavu-core']

type Count = { passed: number; failed: number }
type Step = {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly count?: (reportFile: string) => Count
}

const reports = mkdtempSync(join(tmpdir(), 'portside-reports-'))

function bin(name: string): string {
  return join(ROOT, 'node_modules/.bin', name)
}

function installChromium(): void {
  if (existsSync(CHROMIUM)) return
  console.log('Installing Debian’s Chromium for the tests of the pages …')
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN_PACKAGES],
  ]) {
    const [program = '', ...rest] = [...sudo, 'apt-get', ...args]
    execFileSync(program, rest, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
}

function installClients(): void {
  if (existsSync(join(ROOT, 'test/clients/node_modules/.package-lock.json'))) return
  console.log('Installing the published clients that the journeys drive …')
  execFileSync('npm', ['ci', '--prefix', 'test/clients', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: ROOT,
    stdio: 'inherit',
  })
}

const HEAVY = ['test/faults/master.test.ts', 'test/faults/soak.test.ts', 'test/fuzz/requests.test.ts']
const VITEST_REPORTS = ['--reporter=default', '--reporter=json']

/** A check without tests of its own counts as one. */
const STEPS: readonly Step[] = [
  { name: 'lock', command: [process.execPath, 'scripts/check-lock.ts'] },
  { name: 'types', command: [bin('tsc'), '-b'] },
  { name: 'lint', command: [bin('biome'), 'check', '--diagnostic-level=error'] },
  { name: 'build', command: [bin('vite'), 'build', '--app', '--logLevel', 'warn'] },
  {
    name: 'unit',
    command: [bin('vitest'), 'run', ...HEAVY.flatMap((file) => ['--exclude', file]), ...VITEST_REPORTS],
    count: countVitest,
  },
  {
    // Load tests run alone and one after the other, so that they do not disturb tests that measure time.
    name: 'load',
    command: [bin('vitest'), 'run', ...HEAVY, '--no-file-parallelism', ...VITEST_REPORTS],
    count: countVitest,
  },
  {
    name: 'pages',
    command: [bin('playwright'), 'test', '--project=pages', '--project=desktop', '--reporter=list,json'],
    count: countPlaywright,
  },
  {
    // The same specs once more with the built app and the real proxy in it.
    name: 'desktop',
    command: [bin('playwright'), 'test', '--project=desktop', '--reporter=list,json'],
    env: { PORTSIDE_APP: '.' },
    count: countPlaywright,
  },
]

function countVitest(file: string): Count {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numFailedTestSuites }
}

function countPlaywright(file: string): Count {
  const { stats } = JSON.parse(readFileSync(file, 'utf8'))
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected }
}

function runStep(step: Step): Count {
  console.log(`\n— ${step.name}`)
  const reportFile = join(reports, `${step.name}.json`)
  const [program = '', ...args] = step.command
  const extra = step.count === countVitest ? [`--outputFile.json=${reportFile}`] : []
  const result = spawnSync(program, [...args, ...extra], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...step.env, PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile },
  })
  const isGood = result.status === 0
  if (step.count === undefined || !existsSync(reportFile))
    return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 }
  const count = step.count(reportFile)
  // A runner that fails without a failed test (an error outside of one) must not pass for a success.
  return isGood || count.failed > 0 ? count : { ...count, failed: 1 }
}

installChromium()
installClients()
const total: Count = { passed: 0, failed: 0 }
for (const step of STEPS) {
  const { passed, failed } = runStep(step)
  total.passed += passed
  total.failed += failed
}
rmSync(reports, { recursive: true, force: true })
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
