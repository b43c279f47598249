import { asBuffer } from '../as-buffer.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import { isOutput, type StreamPart } from '../chat/stream-part.ts'
import type { StreamReader } from '../providers/wire-codec.ts'
import { createSseReader, readFrames } from '../upstream/read-sse.ts'
import { DeltaTemplate } from './delta-template.ts'
import { WholeFrames } from './whole-frames.ts'

/** What some bytes of an event stream say. */
export type Skimmed = {
  readonly parts: readonly StreamPart[]
  /** The bytes of the frames that are complete, as they came, up to one that said an error. */
  readonly frames: Uint8Array
  /** The frame that said an error: nothing is read behind it. */
  readonly failed: Uint8Array
  readonly hasOutput: boolean
}

export type SkimmerOptions = {
  readonly reader: StreamReader
  readonly maxEventBytes: number
  /** False where the bytes go on as they came: deltas of text are then noticed, not told. */
  readonly wantsText: boolean
}

const NO_BYTES = new Uint8Array(0)

/**
 * Reads an upstream's events. Most events of a stream are the same but for a few letters of text: those are known by
 * their frame and not parsed one by one; all others go through the reader.
 */
export class EventSkimmer {
  readonly #reader: StreamReader
  readonly #maxEventBytes: number
  readonly #wantsText: boolean
  readonly #wholeFrames: WholeFrames
  readonly #template: DeltaTemplate | undefined

  constructor({ reader, maxEventBytes, wantsText }: SkimmerOptions) {
    this.#reader = reader
    this.#maxEventBytes = maxEventBytes
    this.#wantsText = wantsText
    this.#wholeFrames = new WholeFrames(maxEventBytes)
    this.#template = reader.repeatsFrames === true ? new DeltaTemplate() : undefined
  }

  push(bytes: Uint8Array): Skimmed {
    const frames = this.#wholeFrames.push(bytes)
    return frames.length === 0 ? skimmed([], NO_BYTES, NO_BYTES, false) : this.#skim(frames)
  }

  /** Called once when the bytes end. `frames` is an unfinished frame, if there is one. */
  end(): Skimmed {
    const parts: StreamPart[] = []
    const rest = this.#wholeFrames.rest()
    if (this.#readRest(rest, parts)) return skimmed(parts, NO_BYTES, rest, false)
    parts.push(...this.#reader.end())
    return skimmed(parts, rest, NO_BYTES, false)
  }

  /** Frame by frame, up to an error. */
  #skim(frames: Uint8Array): Skimmed {
    const text = latin1(frames)
    const parts: StreamPart[] = []
    let hasOutput = false
    for (let at = 0; at < text.length; ) {
      const known = this.#skimDelta(text, at, parts)
      if (known !== -1) {
        hasOutput = true
        at = known
        continue
      }
      const end = endOfFrame(text, at)
      const before = parts.length
      const frame = frames.subarray(at, end)
      if (this.#read(readFrames(frame, this.#maxEventBytes), parts))
        return skimmed(parts, frames.subarray(0, at), frame, hasOutput)
      this.#template?.learn(text.slice(at, end), parts, before)
      at = end
    }
    return skimmed(parts, frames, NO_BYTES, hasOutput)
  }

  /** The offset behind a frame that is known by its template; -1 where the frame has to be read in full. */
  #skimDelta(text: string, at: number, parts: StreamPart[]): number {
    const template = this.#template
    if (template === undefined) return -1
    const end = template.match(text, at)
    if (end === -1 || (!this.#wantsText && !template.isThinking)) return end
    const delta = template.read(text, at, end)
    if (delta === undefined) return -1
    parts.push(delta)
    return end
  }

  /** Returns whether an error was said. */
  #read(events: readonly SseEvent[], parts: StreamPart[]): boolean {
    for (const event of events)
      for (const part of this.#reader.push(event))
        if (parts.push(part) > 0 && part.type === 'error') return true
    return false
  }

  #readRest(rest: Uint8Array, parts: StreamPart[]): boolean {
    if (rest.length === 0) return false
    const sse = createSseReader({ maxEventBytes: this.#maxEventBytes })
    return this.#read(sse.push(rest), parts) || this.#read(sse.end(), parts)
  }
}

function skimmed(
  parts: readonly StreamPart[],
  frames: Uint8Array,
  failed: Uint8Array,
  hasOutput: boolean,
): Skimmed {
  return { parts, frames, failed, hasOutput: hasOutput || parts.some(isOutput) }
}

/** The offset behind the frame that begins at `at`; frames with carriage returns are taken all together. */
function endOfFrame(text: string, at: number): number {
  const end = text.indexOf('\n\n', at)
  return end === -1 ? text.length : end + 2
}

/** One character a byte, so that offsets in text and bytes are the same. */
function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}
