import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createProxy } from '../index.ts'
import type { CliWorld } from './cli-world.ts'

/** The process, its streams and this machine. */
export function createRealWorld(): CliWorld {
  return {
    env: process.env,
    platform: process.platform,
    userHome: homedir(),
    version: readVersion(),
    // The sources and the bundle are both two folders below the root.
    uiDirectory: fileURLToPath(new URL('../../dist/renderer', import.meta.url)),
    stdin: process.stdin,
    write: (text) => void process.stdout.write(text),
    remark: (text) => void process.stderr.write(text),
    createProxy,
    onStopSignal(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    exitNow: (code) => process.exit(code),
    openBrowser,
  }
}

function readVersion(): string {
  try {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
    const { version }: { version?: unknown } = JSON.parse(text)
    return typeof version === 'string' ? version : '0.0.0'
  } catch {
    // A bundle that was taken out of its folder still works; it only does not know its number.
    return '0.0.0'
  }
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** Best effort: where nothing can open a page, its address has been printed. */
function openBrowser(url: string): void {
  const [program = 'xdg-open', ...rest] = OPENERS[process.platform] ?? []
  const child = spawn(program, [...rest, url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
