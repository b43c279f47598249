import type { AccountHealth } from '../../contract/account.ts'
import type { SettingsInput } from '../../contract/settings.ts'
import type { FaultName } from '../simulators/fault-upstream/faults.ts'
import type { Stage } from './stage.ts'

export type Inbound = 'openai' | 'anthropic' | 'responses'
export type Mode = 'stream' | 'whole'

/** One field of the matrix: a protocol that the client speaks, and whether it asks for a stream. */
export type Cell = { readonly inbound: Inbound; readonly mode: Mode }

/** What the client sees: a whole good answer, an HTTP error, or a stream that ends with an error frame. */
export type Seen = 'answered' | 'refused' | 'broken'

type Common = {
  readonly number: number
  readonly title: string
  /** Absent: all that there are. */
  readonly in?: readonly Inbound[]
  readonly modes?: readonly Mode[]
}

/** A row that one upstream decides by what it does to each attempt. */
export type UpstreamRow = Common & {
  /** What attempt 0, 1, 2 … of a request meets; the last one repeats. */
  readonly faults: readonly FaultName[]
  readonly accounts: number
  readonly settings?: SettingsInput
  readonly seen: Seen | Readonly<Partial<Record<Mode, Seen>>>
  /** HTTP status of a refusal, and another one where Anthropic clients get their own. */
  readonly status?: number | Readonly<Record<Inbound, number>>
  /** Attempts that the upstream must have seen; absent: whatever the bounds of the settings allow. */
  readonly attempts?: number
  /** How the account of the first attempt stands afterwards. */
  readonly health?: AccountHealth
  /** `retry-after` in seconds, and `x-should-retry`, of a refusal. */
  readonly retryAfter?: number
  readonly shouldRetry?: boolean
  /** The kind that the log's row gives as the reason. */
  readonly errorKind?: string
}

/** A row about clients, queues, clocks, disks or the way to the upstream: it is played on a stage of its own. */
export type ScenarioRow = Common & {
  /** What is done, in a few words. */
  readonly done: string
  /** `once`: the row has no protocol in its column, so it is played once and not for each. */
  readonly kind?: 'once'
  /** Plays the row and checks what it must; resolves with what the client saw, in a few words. */
  play(stage: Stage, cell: Cell): Promise<string>
}

export type Row = UpstreamRow | ScenarioRow

export const INBOUNDS: readonly Inbound[] = ['openai', 'anthropic', 'responses']
export const MODES: readonly Mode[] = ['stream', 'whole']

/** The fields of the matrix that a row has. */
export function cellsOf(row: Row): readonly Cell[] {
  if ('play' in row && row.kind === 'once') return [{ inbound: 'openai', mode: 'stream' }]
  return (row.in ?? INBOUNDS).flatMap((inbound) => (row.modes ?? MODES).map((mode) => ({ inbound, mode })))
}
