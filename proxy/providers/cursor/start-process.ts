import { spawn } from 'node:child_process'
import { type Clock, delay } from '../../clock.ts'
import { TIMES } from './vendor.ts'

export type ProcessStart = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin: string
  /** Most bytes of standard error that are kept: the last ones. */
  readonly stderrBytes: number
}

/** A program of the user's, in a process group of its own. */
export type RunningProcess = {
  readonly stdout: AsyncIterable<Uint8Array>
  /** Resolves when it has ended and its last words are read. Rejects where it could not be started. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  stderr(): string
  /** Ends it and what it started: asked first, then made to. Resolves when it is gone. */
  end(): Promise<void>
}

/** How long the last words of a process that is gone are waited for, should a child of its own hold them up. */
const LAST_WORDS_MS = 500

export function startProcess(start: ProcessStart, clock: Clock): RunningProcess {
  const isScript = process.platform === 'win32' && /\.(cmd|bat)$/i.test(start.file)
  const child = spawn(isScript ? `"${start.file}"` : start.file, start.args, {
    cwd: start.cwd,
    env: start.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that it goes with everything that it started. Windows has no such groups.
    detached: process.platform !== 'win32',
    // Windows runs scripts by its shell alone; none of the arguments is text of a request.
    shell: isScript,
    windowsHide: true,
  })
  let errors: Buffer = Buffer.alloc(0)
  child.stderr.on('data', (bytes: Buffer) => {
    errors = Buffer.concat([errors, bytes]).subarray(-start.stderrBytes)
  })
  // A program that ends before it has read everything is told of by its exit.
  child.stdin.on('error', () => undefined)
  child.stdin.end(start.stdin)
  let isGone = false
  const gone = new Promise<void>((resolve) => {
    const leave = () => {
      isGone = true
      resolve()
    }
    child.once('exit', leave)
    child.once('error', leave)
  })
  const ended = waitForEnd(child, clock)
  // Whoever does not wait for it is told by the stream's end.
  ended.catch(() => undefined)
  return {
    stdout: child.stdout,
    ended,
    stderr: () => errors.toString('utf8'),
    async end() {
      const given = new AbortController()
      if (!isGone) {
        kill(child.pid, 'SIGTERM')
        const patience = delay(clock, TIMES.killGrace, given.signal).catch(() => undefined)
        await Promise.race([gone, patience])
        given.abort()
      }
      // Also where it has gone by itself: what it started may still be there.
      kill(child.pid, 'SIGKILL')
      await gone
      child.stdout.destroy()
      child.stderr.destroy()
    },
  }
}

function waitForEnd(
  child: ReturnType<typeof spawn>,
  clock: Clock,
): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      const timer = clock.timer(LAST_WORDS_MS, () => resolve({ code, signal }))
      child.once('close', () => {
        timer.cancel()
        resolve({ code, signal })
      })
    })
  })
}

function kill(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on(
      'error',
      () => undefined,
    )
    return
  }
  try {
    process.kill(-pid, signal)
  } catch {
    // It is gone, which is what was wanted.
  }
}
