import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const BIN = join(import.meta.dirname, '../clients/node_modules/.bin')

/** Says whether a published client is installed (`npm run test:clients` installs them). */
export function hasClient(name: string): boolean {
  return existsSync(join(BIN, name))
}

export type ClientRun = { readonly code: number | null; readonly out: string; readonly err: string }

export type ClientCall = {
  readonly name: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly limitMs?: number
}

/** Runs a client to its end with nothing of this machine's environment but the path. */
export function runClient({ name, args, cwd, env, limitMs = 90_000 }: ClientCall): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(BIN, name), args, {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: cwd, TERM: 'dumb', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve({ code, out, err })
    })
  })
}
