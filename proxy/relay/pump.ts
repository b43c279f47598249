import { ChatError } from '../chat/chat-error.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import type { Timer } from '../clock.ts'
import type { StreamReader } from '../providers/wire-codec.ts'
import type { ByteSink, UpstreamAnswer } from '../upstream/answer-handler.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { Attempt } from './attempt.ts'
import { EventSkimmer, type Skimmed } from './skim-events.ts'

/** How long a finished upstream may take to close its answer, so that the connection can be used again. */
const CLOSING_MS = 1000

export type EventPump = {
  readonly attempt: Attempt
  readonly upstream: UpstreamAnswer
  readonly reader: StreamReader
  readonly stream: AnswerStream
  readonly isPassThrough: boolean
}

/**
 * Moves an upstream's event stream to the client, one write per chunk of bytes, stopping the upstream while the client
 * is slow. Resolves when the client has its whole answer; rejects with the error that ended it.
 */
export function pumpEvents(pump: EventPump): Promise<void> {
  return new Promise((resolve, reject) => new Pumping(pump, resolve, reject).begin())
}

/** One event stream on its way. Has a life: flowing, finished (the client has its answer), over. */
class Pumping implements ByteSink {
  readonly #pump: EventPump
  readonly #resolve: () => void
  readonly #reject: (error: unknown) => void
  readonly #skimmer: EventSkimmer
  readonly #progress: Timer
  /** A client that wants one JSON gets it folded from the stream, whatever the protocols are. */
  readonly #isPassed: boolean
  /** What one read of the socket brought, which comes in as many pieces as the upstream made. */
  #arrived: Uint8Array[] = []
  #closing: Timer | undefined
  #isOver = false

  constructor(pump: EventPump, resolve: () => void, reject: (error: unknown) => void) {
    const { attempt, reader } = pump
    const { limits, timeouts } = attempt.ports.settings()
    this.#pump = pump
    this.#resolve = resolve
    this.#reject = reject
    this.#isPassed = pump.isPassThrough && attempt.request.head.stream
    this.#skimmer = new EventSkimmer({
      reader,
      maxEventBytes: limits.sseEventBytes,
      wantsText: !this.#isPassed,
    })
    this.#progress = attempt.ports.clock.timer(timeouts.noProgressMs, () => this.#stop(noProgress()))
  }

  begin(): void {
    this.#pump.upstream.consume(this)
  }

  bytes(chunk: Uint8Array): boolean {
    if (this.#isOver || this.#pump.stream.isFinished) return true
    // The pieces of one read follow each other at once: they are looked at, and written, together.
    if (this.#arrived.push(chunk) === 1) queueMicrotask(() => this.#flush())
    if (this.#pump.stream.isWritable) return true
    void this.#pump.stream.whenDrained().then(() => this.#pump.upstream.resume())
    return false
  }

  end(): void {
    this.#flush()
    this.#closing?.cancel()
    if (this.#isOver || this.#pump.stream.isFinished) return
    try {
      const last = this.#skimmer.end()
      const lacksEnd = last.parts.some((part) => part.type === 'finish')
      const missing = lacksEnd ? this.#pump.attempt.request.protocol.missingEnd : ''
      this.#take({ ...last, frames: closeFrames(last.frames, missing) })
      this.#finish()
    } catch (error) {
      this.#stop(error)
    }
  }

  fail(error: ChatError): void {
    this.#flush()
    this.#closing?.cancel()
    if (!this.#isOver && !this.#pump.stream.isFinished) this.#stop(error)
  }

  #flush(): void {
    const arrived = this.#arrived
    if (arrived.length === 0 || this.#isOver || this.#pump.stream.isFinished) return
    this.#arrived = []
    try {
      const [first] = arrived
      this.#take(
        this.#skimmer.push(arrived.length === 1 && first !== undefined ? first : Buffer.concat(arrived)),
      )
    } catch (error) {
      return this.#stop(error)
    }
    if (!this.#pump.stream.isFinished) return
    this.#closing = closeSoon(this.#pump)
    this.#finish()
  }

  #take(skimmed: Skimmed): void {
    if (this.#isPassed) this.#pump.stream.takePassed(skimmed)
    else this.#pump.stream.takeParts(skimmed.parts)
    if (skimmed.hasOutput) this.#progress.restart()
  }

  #finish(): void {
    this.#progress.cancel()
    this.#resolve()
  }

  #stop(error: unknown): void {
    this.#isOver = true
    this.#progress.cancel()
    this.#pump.upstream.abort()
    this.#reject(error)
  }
}

/** A good stream that lacks its end marker gets the one that the protocol's clients wait for (REL-32). */
function closeFrames(rest: Uint8Array, missing: string): Uint8Array {
  return Buffer.concat([rest, Buffer.from(rest.length === 0 ? missing : `\n\n${missing}`)])
}

/** The answer is complete; the connection stays usable if the upstream closes the answer by itself. */
function closeSoon({ attempt, upstream }: EventPump): Timer {
  return attempt.ports.clock.timer(CLOSING_MS, () => upstream.abort())
}

function noProgress(): ChatError {
  return new ChatError('timed-out', 'The upstream sends signs of life but no content', {
    code: 'no_progress',
  })
}

/** Moves the parts of a chat provider to the client, at the client's pace. */
export async function pumpParts(parts: AsyncIterable<StreamPart>, stream: AnswerStream): Promise<void> {
  for await (const part of parts) {
    stream.takeParts([part])
    if (stream.isFinished) return
    if (!stream.isWritable) await stream.whenDrained()
  }
  throw new ChatError('upstream-truncated', 'The answer stopped before its end', {
    code: 'upstream_truncated',
  })
}
