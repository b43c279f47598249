import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import type { Target } from './target.ts'

/** The gateway runs on this core, the rig on the other one. */
const GATEWAY_CORE = '0'
const RIG_CORE = '1'
const WANTED_FILES = 65_536
const START_LIMIT_MS = 30_000
const STOP_LIMIT_MS = 5000

export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0

/** Moves this process, the rig, off the gateway's core, and lets it and its children open more files where it may. */
export function pinRig(): void {
  const pid = String(process.pid)
  if (canPin) spawnSync('taskset', ['-acp', RIG_CORE, pid])
  spawnSync('prlimit', ['--pid', pid, `--nofile=${WANTED_FILES}:${WANTED_FILES}`])
}

/** How many files, sockets among them, this process may have open. */
export function openFilesLimit(): number {
  return Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1024)
}

export type Spawned = {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a gateway on its core and waits until it takes connections. Rejects with what it printed. */
export async function spawnTarget({ name, command, port, env = {} }: Spawned): Promise<Target> {
  const [program, ...args] = canPin ? ['taskset', '-c', GATEWAY_CORE, ...command] : command
  const startedAt = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, LANG: 'C', ...env },
  })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => printed.push(String(bytes).slice(0, 2000)))
  const { pid } = child
  if (pid === undefined) throw new Error(`${name} does not start`)
  await untilOpen(port, child, () => `${name} did not listen: ${printed.join('').slice(-2000)}`)
  return {
    port,
    pid,
    startMs: performance.now() - startedAt,
    close: () => stop(child),
  }
}

async function untilOpen(port: number, child: ChildProcess, why: () => string): Promise<void> {
  const endsAt = performance.now() + START_LIMIT_MS
  while (performance.now() < endsAt && child.exitCode === null) {
    if (await isOpen(port)) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await stop(child)
  throw new Error(why())
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(timer)
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}
