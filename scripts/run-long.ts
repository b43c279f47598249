import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run test:faults`: the fault tests at full length — 20 seeds of the master test, a soak of
 * 10 minutes, and a thousand kills of a saving process.
 */

const ROOT = join(import.meta.dirname, '..')
const result = spawnSync(
  join(ROOT, 'node_modules/.bin/vitest'),
  [
    'run',
    'test/faults',
    'test/reliability',
    'proxy/settings/settings-durability.test.ts',
    ...process.argv.slice(2),
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PORTSIDE_LONG: '1' },
  },
)
process.exitCode = result.status ?? 1
