import {
  type AttemptRow,
  Capture,
  createAttempt,
  createEntry,
  type HeldRow,
  type LogOutcome,
  type LogPatch,
  type LogRow,
  type NewAttempt,
} from './log-row.ts'
import type { LogSettings, RequestLog } from './request-log.ts'
import type { RowRing } from './row-ring.ts'

export type RowOpenerOptions = {
  readonly ring: RowRing
  readonly settings: () => LogSettings
  readonly now: () => number
  readonly redactId: (id: string) => string
  readonly onChange: (row: HeldRow) => void
}

/** Makes the handles through which a request reports on itself; this is the only part that runs on its path. */
export function createRowOpener(options: RowOpenerOptions): RequestLog['open'] {
  const { ring, settings, now, onChange } = options
  // Higher than in any earlier process, so that a reader that comes back misses nothing.
  let sequence = Math.floor(now()) * 1_000
  let lastStart = 0

  function touch(row: HeldRow): void {
    sequence += 1
    row.entry.sequence = sequence
    onChange(row)
  }

  /** No two rows start at the same time: paging by time would lose one of them. */
  function startTime(wanted: number): number {
    lastStart = wanted > lastStart ? wanted : lastStart + 0.001
    return lastStart
  }

  return (initial, isOwnId = false) => {
    const log = settings()
    const id = ring.freeId(isOwnId ? initial.id : options.redactId(initial.id))
    const entry = createEntry({ ...initial, id }, startTime(initial.startedAt ?? now()))
    const row: HeldRow = { id, entry, isOpen: true, bodies: undefined, shown: undefined }
    ring.add(row)
    touch(row)
    return new OpenRow(row, log, { now, touch, end: ring.end })
  }
}

type RowPorts = {
  readonly now: () => number
  readonly touch: (row: HeldRow) => void
  readonly end: (row: HeldRow) => void
}

/** The handle through which a request reports on itself. */
class OpenRow implements LogRow {
  readonly id: string
  readonly #row: HeldRow
  readonly #bodies: LogSettings['bodies']
  readonly #request: Capture
  readonly #response: Capture
  readonly #ports: RowPorts

  constructor(row: HeldRow, { bodies, bodyMaxBytes }: LogSettings, ports: RowPorts) {
    this.id = row.id
    this.#row = row
    this.#bodies = bodies
    this.#request = new Capture(bodies === 'off' ? 0 : bodyMaxBytes)
    this.#response = new Capture(bodies === 'off' ? 0 : bodyMaxBytes)
    this.#ports = ports
  }

  update(patch: LogPatch): void {
    if (!this.#row.isOpen) return
    Object.assign(this.#row.entry, patch)
    this.#ports.touch(this.#row)
  }

  addAttempt(given: NewAttempt): AttemptRow {
    const row = this.#row
    const attempt = createAttempt(given, row.entry.attempts.length + 1, this.#ports.now())
    if (!row.isOpen) return { update: () => undefined }
    row.entry.attempts.push(attempt)
    this.#ports.touch(row)
    return {
      update: (patch) => {
        if (!row.isOpen) return
        Object.assign(attempt, patch)
        this.#ports.touch(row)
      },
    }
  }

  captureRequest(bytes: Uint8Array): void {
    if (this.#row.isOpen) this.#request.add(bytes)
  }

  captureResponse(bytes: Uint8Array): void {
    if (this.#row.isOpen) this.#response.add(bytes)
  }

  close(outcome: LogOutcome): void {
    const row = this.#row
    if (!row.isOpen) return
    const durationMs = Math.max(0, this.#ports.now() - row.entry.startedAt)
    Object.assign(row.entry, { durationMs }, outcome)
    row.isOpen = false
    if (keepsBodies(this.#bodies, outcome)) row.bodies = takeBodies(this.#request, this.#response)
    this.#ports.end(row)
    this.#ports.touch(row)
  }
}

function keepsBodies(bodies: LogSettings['bodies'], { state }: LogOutcome): boolean {
  return bodies === 'all' || (bodies === 'errors' && state === 'failed')
}

function takeBodies(request: Capture, response: Capture): NonNullable<HeldRow['bodies']> {
  return {
    request: request.chunks,
    response: response.chunks,
    requestCut: request.isCut,
    responseCut: response.isCut,
  }
}
