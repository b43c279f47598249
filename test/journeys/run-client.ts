import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** What `npm test` installs, then what only `npm run test:clients` does. */
const BINS = ['../clients/node_modules/.bin', '../clients/more/node_modules/.bin'].map((folder) =>
  join(import.meta.dirname, folder),
)

/** Says whether a published client is installed: `npm test` installs two, `npm run test:clients` all of them. */
export function hasClient(name: string): boolean {
  return findClient(name) !== undefined
}

function findClient(name: string): string | undefined {
  return BINS.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

export type ClientRun = { readonly code: number | null; readonly out: string; readonly err: string }

export type ClientCall = {
  readonly name: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly limitMs?: number
}

/** A client that hangs is stopped sooner than the test gives up, so that its words can be shown. */
export const LIMIT_MS = 60_000

/** Runs a client to its end with nothing of this machine's environment but the path. */
export function runClient({ name, args, cwd, env, limitMs = LIMIT_MS }: ClientCall): Promise<ClientRun> {
  const path = findClient(name)
  if (path === undefined) return Promise.reject(new Error(`${name} is not installed`))
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd,
      env: { PATH: searchPath(), HOME: cwd, TERM: 'dumb', ...env },
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

/** Clients written for Node run on the Node of the tests. */
function searchPath(): string {
  return [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
}
