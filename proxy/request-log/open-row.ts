import type { AttemptRecord, LogEntry } from '../../contract/log-entry.ts'
import type { Captures } from './block-bodies.ts'
import { Capture } from './capture.ts'
import {
  type AttemptPatch,
  type AttemptRow,
  createAttempt,
  type LogOutcome,
  type LogPatch,
  type LogRow,
  type NewAttempt,
  type Reported,
  type ReportedAttempt,
} from './log-row.ts'
import type { LogSettings } from './request-log.ts'

export type RowPorts = {
  readonly now: () => number
  readonly nextSequence: () => number
  readonly onChange: (row: OpenRow) => void
  readonly onEnd: (row: OpenRow, bodies: Captures | undefined) => void
}

/** The handle through which a request reports on itself, and what is known of it: not yet redacted. */
export class OpenRow implements LogRow {
  readonly id: string
  readonly entry: LogEntry
  isOpen = true
  /** Where it stands among the open rows. */
  slot = -1
  /** It was open already when rows were last written. */
  isLong = false
  /** The state of it that the database has; 0 while it has none. */
  storedSequence = 0
  /** The database may have it as an open row. */
  mayBeStored = false
  readonly #settings: LogSettings
  readonly #ports: RowPorts
  #request: Capture | undefined
  #response: Capture | undefined

  constructor(entry: LogEntry, settings: LogSettings, ports: RowPorts) {
    this.id = entry.id
    this.entry = entry
    this.#settings = settings
    this.#ports = ports
    entry.sequence = ports.nextSequence()
  }

  get sequence(): number {
    return this.entry.sequence
  }

  update(patch: LogPatch): void {
    this.change((entry) => Object.assign(entry, patch))
  }

  change(set: (entry: Reported) => void): void {
    if (!this.isOpen) return
    set(this.entry)
    this.#touch()
  }

  addAttempt(given: NewAttempt): AttemptRow {
    const { entry } = this
    const startedAt = given.startedAt ?? this.#ports.now()
    const attempt = createAttempt(given, entry.attempts.length + 1, startedAt)
    if (this.isOpen) {
      if (entry.attempts.length === 0) entry.attempts = [attempt]
      else entry.attempts.push(attempt)
      entry.state = 'waiting'
      entry.provider = attempt.provider
      entry.accountId = attempt.accountId
      entry.accountName = attempt.accountName
      entry.modelOut = given.model ?? null
      this.#touch()
    }
    return new OpenAttempt(this, attempt)
  }

  changeAttempt(attempt: AttemptRecord, set: (attempt: ReportedAttempt) => void): void {
    if (!this.isOpen) return
    set(attempt)
    this.#touch()
  }

  captureRequest(bytes: Uint8Array): void {
    if (this.#settings.bodies === 'off' || !this.isOpen) return
    this.#request ??= new Capture(this.#settings.bodyMaxBytes)
    this.#request.add(bytes)
  }

  captureResponse(bytes: Uint8Array): void {
    if (this.#settings.bodies === 'off' || !this.isOpen) return
    this.#response ??= new Capture(this.#settings.bodyMaxBytes)
    this.#response.add(bytes)
  }

  close(outcome: LogOutcome): void {
    if (!this.isOpen) return
    const { entry } = this
    const { now, nextSequence, onEnd } = this.#ports
    if (outcome.durationMs === undefined) entry.durationMs = Math.max(0, now() - entry.startedAt)
    Object.assign(entry, outcome)
    entry.sequence = nextSequence()
    this.isOpen = false
    onEnd(this, this.#keptBodies(outcome))
    this.#request = undefined
    this.#response = undefined
  }

  #touch(): void {
    this.entry.sequence = this.#ports.nextSequence()
    this.#ports.onChange(this)
  }

  #keptBodies({ state }: LogOutcome): Captures | undefined {
    const { bodies } = this.#settings
    if (bodies === 'off' || (bodies === 'errors' && state !== 'failed')) return undefined
    return { request: this.#request ?? NOTHING, response: this.#response ?? NOTHING }
  }
}

const NOTHING = new Capture(0)

class OpenAttempt implements AttemptRow {
  readonly #row: OpenRow
  readonly #attempt: AttemptRecord

  constructor(row: OpenRow, attempt: AttemptRecord) {
    this.#row = row
    this.#attempt = attempt
  }

  update(patch: AttemptPatch): void {
    this.change((attempt) => Object.assign(attempt, patch))
  }

  change(set: (attempt: ReportedAttempt) => void): void {
    this.#row.changeAttempt(this.#attempt, set)
  }
}
