import type { Settings } from '../../contract/settings.ts'
import { Slots } from '../slots.ts'
import { GivenIds } from './given-ids.ts'
import { createEntry, type NewLogEntry } from './log-row.ts'
import { OpenRow, type RowPorts } from './open-row.ts'

export type RowOpenerOptions = Omit<RowPorts, 'nextSequence'> & {
  readonly settings: () => Settings['log']
  readonly redactId: (id: string) => string
  /** Whether a row that has ended has the id, as far as memory knows. */
  readonly hasEnded: (id: string) => boolean
}

/** The version that stands in a UUID: the ids that Portside makes have it. */
const OWN_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/

/** The rows of requests that are under way; this is the only part that runs on their path. */
export class OpenRows {
  readonly #rows = new Slots<OpenRow>()
  readonly #givenIds = new GivenIds()
  readonly #options: RowOpenerOptions
  readonly #ports: RowPorts
  #lastStart = 0

  constructor(options: RowOpenerOptions) {
    // Higher than in any earlier process, so that a reader that comes back misses nothing.
    let sequence = Math.floor(options.now()) * 1_000
    this.#options = options
    this.#ports = {
      now: options.now,
      nextSequence: () => ++sequence,
      onChange: options.onChange,
      onEnd: (row, bodies) => {
        this.#rows.delete(row.slot)
        options.onEnd(row, bodies)
      },
    }
  }

  get size(): number {
    return this.#rows.size
  }

  open(initial: NewLogEntry, isOwnId: boolean): OpenRow {
    const { now, settings, onChange } = this.#options
    const id = isOwnId ? initial.id : this.#freeId(initial.id)
    const entry = createEntry(initial, { id, startedAt: this.#startTime(initial.startedAt ?? now()) })
    const row = new OpenRow(entry, settings(), this.#ports)
    row.slot = this.#rows.add(row)
    onChange(row)
    return row
  }

  find(id: string): OpenRow | undefined {
    for (const row of this.#rows) if (row.id === id) return row
    return undefined
  }

  [Symbol.iterator](): Iterator<OpenRow> {
    return this.#rows[Symbol.iterator]()
  }

  /** Only an id that looks like one of Portside's own can be that of a row that nobody gave an id. */
  #freeId(given: string): string {
    const { redactId, hasEnded } = this.#options
    return this.#givenIds.claim(
      redactId(given),
      (id) => OWN_ID.test(id) && (this.find(id) !== undefined || hasEnded(id)),
    )
  }

  /** No two rows start at the same time: paging by time would lose one of them. */
  #startTime(wanted: number): number {
    this.#lastStart = wanted > this.#lastStart ? wanted : this.#lastStart + 0.001
    return this.#lastStart
  }
}
