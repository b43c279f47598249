import { execFileSync, spawn, spawnSync } from 'node:child_process'
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

const scratch = mkdtempSync(join(tmpdir(), 'portside-tests-'))

/** A thousand processes and threads begin in these tests, most with the same files. */
const COMPILED_ONCE = { NODE_COMPILE_CACHE: join(scratch, 'compiled') }

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

/** Resolves when they are there: most of it is waiting, which the checks need not do. */
function installClients(): Promise<void> {
  if (existsSync(join(ROOT, 'test/clients/node_modules/.package-lock.json'))) return Promise.resolve()
  console.log('Installing the published clients that the journeys drive …')
  const args = ['ci', '--prefix', 'test/clients', '--no-audit', '--no-fund', '--loglevel', 'error']
  const npm = spawn('npm', args, { cwd: ROOT, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    npm.on('error', reject)
    npm.on('close', (status) =>
      status === 0 ? resolve() : reject(new Error(`the published clients: npm ci ended with ${status}`)),
    )
  })
}

const HEAVY = ['test/faults/master.test.ts', 'test/faults/soak.test.ts']
const VITEST_REPORTS = ['--reporter=default', '--reporter=json']

/** Each counts as one test. */
const CHECKS: readonly Step[] = [
  { name: 'lock', command: [process.execPath, 'scripts/check-lock.ts'] },
  { name: 'types', command: [bin('tsc'), '-b'] },
  { name: 'lint', command: [bin('biome'), 'check', '--diagnostic-level=error'] },
  { name: 'build', command: [bin('vite'), 'build', '--app', '--logLevel', 'warn'] },
]

const TESTS: readonly Step[] = [
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
  const reportFile = join(scratch, `${step.name}.json`)
  const [program = '', ...args] = step.command
  const extra = step.count === countVitest ? [`--outputFile.json=${reportFile}`] : []
  const result = spawnSync(program, [...args, ...extra], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...COMPILED_ONCE, ...step.env, PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile },
  })
  const isGood = result.status === 0
  if (step.count === undefined || !existsSync(reportFile))
    return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 }
  const count = step.count(reportFile)
  // A runner that fails without a failed test (an error outside of one) must not pass for a success.
  return isGood || count.failed > 0 ? count : { ...count, failed: 1 }
}

const total: Count = { passed: 0, failed: 0 }

function runSteps(steps: readonly Step[]): void {
  for (const step of steps) {
    const { passed, failed } = runStep(step)
    total.passed += passed
    total.failed += failed
  }
}

installChromium()
const clients = installClients()
runSteps(CHECKS)
await clients
runSteps(TESTS)
rmSync(scratch, { recursive: true, force: true })
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1
