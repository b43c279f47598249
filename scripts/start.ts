import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `npm start`: the desktop app where Electron can run, otherwise one line that says why and the headless proxy. Builds
 * what is missing or older than its sources.
 */

const ROOT = join(import.meta.dirname, '..')

/** Where the Electron package keeps its binary, if it has been downloaded; the package itself must not be imported. */
function findElectron(): string | undefined {
  if (process.env.ELECTRON_PATH !== undefined) return process.env.ELECTRON_PATH
  const folder = join(ROOT, 'node_modules/electron')
  const nameFile = join(folder, 'path.txt')
  if (!existsSync(nameFile)) return undefined
  const binary = join(folder, 'dist', readFileSync(nameFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/** Why no desktop app can be shown here; undefined where it can. */
function whyNoDesktop(electron: string | undefined): string | undefined {
  if (process.argv.includes('--headless')) return 'it was asked for'
  if (electron === undefined) return 'Electron’s binary is not here (`npx install-electron` fetches it)'
  const isUnix = process.platform !== 'win32' && process.platform !== 'darwin'
  if (isUnix && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display'
  return undefined
}

function isBuilt(): boolean {
  const built = join(ROOT, 'dist/renderer/index.html')
  const newest = (file: string) => statSync(join(ROOT, file)).mtimeMs
  return (
    existsSync(built) &&
    statSync(built).mtimeMs >= Math.max(newest('package-lock.json'), newest('renderer/index.html'))
  )
}

function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal))
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 0))),
  )
}

const electron = findElectron()
const reason = whyNoDesktop(electron)
if (!isBuilt()) {
  const code = await run(process.execPath, [
    join(ROOT, 'node_modules/vite/bin/vite.js'),
    'build',
    '--app',
    '--logLevel',
    'warn',
  ])
  if (code !== 0) process.exit(code)
}
const rest = process.argv.slice(2).filter((argument) => argument !== '--headless')
if (electron !== undefined && reason === undefined) process.exitCode = await run(electron, ['.', ...rest])
else {
  console.log(`Portside starts without its window, because ${reason}.`)
  process.exitCode = await run(process.execPath, [join(ROOT, 'proxy/cli.ts'), 'serve', '--ui', ...rest])
}
