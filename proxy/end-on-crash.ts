import { type Clock, systemClock } from './clock.ts'

/** How long answers under way may take to finish before the process ends. */
const FAREWELL_MS = 5000

export type CrashPorts = {
  /** The process, or what stands for it. */
  readonly host: { on(event: 'uncaughtException', listener: (error: unknown) => void): unknown }
  readonly close: () => Promise<void>
  readonly say: (text: string) => void
  readonly exit: (code: number) => void
  readonly clock?: Clock
}

/**
 * Ends the process after a mistake that nobody caught: it is told, answers under way may finish for five seconds, and
 * whoever started the process starts it again (REL-44). A second mistake meanwhile ends it at once.
 */
export function endOnCrash({ host, close, say, exit, clock = systemClock }: CrashPorts): void {
  let isEnding = false
  // Node tells of a rejection that nobody handles by the same event.
  host.on('uncaughtException', (error) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    if (isEnding) return exit(1)
    isEnding = true
    const timer = clock.timer(FAREWELL_MS, () => exit(1))
    void close()
      .catch(() => undefined)
      .then(() => {
        timer.cancel()
        exit(1)
      })
  })
}
