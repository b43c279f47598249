import type { Readable } from 'node:stream'
import type { ProxyDoor } from './proxy-door.ts'

/** Everything the command line touches outside itself; tests make their own. */
export type CliWorld = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly userHome: string
  readonly version: string
  readonly uiDirectory: string
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  readonly write: (text: string) => void
  /** Remarks that are not the result: they do not disturb whoever reads the output. */
  readonly remark: (text: string) => void
  readonly createProxy: ProxyDoor
  /** Calls back for SIGINT and SIGTERM until it is released. */
  readonly onStopSignal: (listener: () => void) => () => void
  readonly exitNow: (code: number) => void
  readonly openBrowser: (url: string) => void
}

export const EXIT = { done: 0, failed: 1, wrongUse: 2, portTaken: 3 } as const

/** An end of a command with a message for the person and an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: number

  constructor(message: string, code: number = EXIT.failed) {
    super(message)
    this.code = code
  }
}
