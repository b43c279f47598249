import {
  type Capture,
  createAttempt,
  createCapture,
  createEntry,
  type HeldRow,
  type LogOutcome,
  type NewLogEntry,
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
    const { bodies, bodyMaxBytes } = settings()
    const id = ring.freeId(isOwnId ? initial.id : options.redactId(initial.id))
    const entry = createEntry({ ...initial, id }, startTime(initial.startedAt ?? now()))
    const row: HeldRow = { id, entry, isOpen: true, bodies: undefined, shown: undefined }
    const request = createCapture(bodies === 'off' ? 0 : bodyMaxBytes)
    const response = createCapture(bodies === 'off' ? 0 : bodyMaxBytes)
    ring.add(row)
    touch(row)

    return {
      id,
      update(patch) {
        if (!row.isOpen) return
        Object.assign(row.entry, patch)
        touch(row)
      },
      addAttempt(given) {
        const attempt = createAttempt(given, row.entry.attempts.length + 1, now())
        if (!row.isOpen) return { update: () => undefined }
        row.entry.attempts.push(attempt)
        touch(row)
        return {
          update(patch) {
            if (!row.isOpen) return
            Object.assign(attempt, patch)
            touch(row)
          },
        }
      },
      captureRequest: (bytes) => captureInto(row, request, bytes),
      captureResponse: (bytes) => captureInto(row, response, bytes),
      close(outcome) {
        if (!row.isOpen) return
        const durationMs = Math.max(0, now() - row.entry.startedAt)
        Object.assign(row.entry, { durationMs }, outcome)
        row.isOpen = false
        if (keepsBodies(bodies, outcome)) row.bodies = takeBodies(request, response)
        ring.end(row)
        touch(row)
      },
    }
  }
}

function captureInto(row: HeldRow, capture: Capture, bytes: Uint8Array): void {
  if (row.isOpen) capture.add(bytes)
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
