import type { ProviderSetting } from '../../../contract/settings.ts'
import { LIMITS, VENDOR } from './vendor.ts'

/** What a user may change of this provider, with the vendor table's values where the settings say nothing. */
export type CursorOptions = {
  /** `auto`: the command line where there is one, else the SDK. */
  readonly runner: 'auto' | 'cli' | 'sdk'
  /** The command line's file; undefined: looked for on the PATH. */
  readonly cliPath: string | undefined
  /** The folder in which the SDK was installed; undefined: Node's global packages. */
  readonly sdkPath: string | undefined
  /** Runs of all accounts at a time. */
  readonly runs: number
  readonly runLimitMs: number
  readonly webUrl: string
}

export function readOptions({ options = {} }: Pick<ProviderSetting, 'options'>): CursorOptions {
  return {
    runner: options.runner ?? 'auto',
    cliPath: options.cliPath,
    sdkPath: options.sdkPath,
    runs: options.runs ?? LIMITS.runs,
    runLimitMs: options.runLimitMs ?? LIMITS.runMs,
    webUrl: options.webUrl ?? VENDOR.webUrl,
  }
}
