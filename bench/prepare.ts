import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Makes ready what `npm run bench` measures: the peers from npm at the versions of their lockfile, nginx from Debian, and
 * Portside itself, built anew. A gateway that cannot be installed is left out of the run, which says so.
 */

const ROOT = join(import.meta.dirname, '..')

function run(program: string, args: readonly string[]): boolean {
  const { status } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return status === 0
}

if (!existsSync(join(ROOT, 'bench/peers/node_modules/.package-lock.json'))) {
  console.log('Installing the gateways that Portside is measured against …')
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error']
  if (!run('npm', ['ci', '--prefix', 'bench/peers', ...quiet])) console.log('They could not be installed.')
}

if (!existsSync('/usr/sbin/nginx') && process.getuid?.() === 0) {
  console.log('Installing Debian’s nginx …')
  const isInstalled =
    run('apt-get', ['update', '-qq']) &&
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nginx'])
  if (!isInstalled) console.log('It could not be installed.')
}

console.log('Building Portside …')
if (!run(join(ROOT, 'node_modules/.bin/vite'), ['build', '--app', '--logLevel', 'warn'])) process.exitCode = 1
