import { ChatError } from '../chat/chat-error.ts'
import type { StreamPart } from '../chat/stream-part.ts'
import { isOutput } from '../chat/stream-part.ts'
import type { Timer } from '../clock.ts'
import type { StreamReader } from '../providers/wire-codec.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'
import { createSseReader } from '../upstream/read-sse.ts'
import type { AnswerStream } from './answer-stream.ts'
import type { Attempt } from './attempt.ts'
import { createWholeFrames } from './whole-frames.ts'

/** How long a finished upstream may take to close its answer, so that the connection can be used again. */
const CLOSING_MS = 1000
const NO_BYTES = new Uint8Array(0)

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
  const { attempt, upstream, reader, stream } = pump
  const { limits, timeouts } = attempt.ports.settings()
  // A client that wants one JSON gets it folded from the stream, whatever the protocols are.
  const isPassed = pump.isPassThrough && attempt.request.chat.stream
  const sse = createSseReader({ maxEventBytes: limits.sseEventBytes })
  const frames = createWholeFrames(limits.sseEventBytes)
  return new Promise((resolve, reject) => {
    const progress = attempt.ports.clock.timer(timeouts.noProgressMs, () => stop(noProgress()))
    const stop = (error: unknown) => {
      progress.cancel()
      upstream.abort()
      reject(error)
    }
    const take = (parts: readonly StreamPart[], bytes: Uint8Array) => {
      if (isPassed) stream.takePassed(parts, bytes)
      else stream.takeParts(parts)
      if (parts.some(isOutput)) progress.restart()
    }
    upstream.consume({
      bytes(chunk) {
        if (stream.isFinished) return true
        try {
          take(readEvents(sse.push(chunk), reader), isPassed ? frames.push(chunk) : chunk)
        } catch (error) {
          stop(error)
          return true
        }
        if (stream.isFinished) {
          progress.cancel()
          closeSoon(attempt, upstream)
          resolve()
        } else if (!stream.isWritable) {
          void stream.whenDrained().then(() => upstream.resume())
          return false
        }
        return true
      },
      end() {
        if (stream.isFinished) return
        try {
          const late = readEvents(sse.end(), reader)
          const closing = reader.end()
          const lacksEnd = closing.some((part) => part.type === 'finish')
          const missing = lacksEnd ? attempt.request.protocol.missingEnd : ''
          take([...late, ...closing], isPassed ? closeFrames(frames.rest(), missing) : NO_BYTES)
          progress.cancel()
          resolve()
        } catch (error) {
          stop(error)
        }
      },
      fail: (error) => stream.isFinished || stop(error),
    })
  })
}

function readEvents(
  events: ReturnType<ReturnType<typeof createSseReader>['push']>,
  reader: StreamReader,
): StreamPart[] {
  const parts: StreamPart[] = []
  for (const event of events) for (const part of reader.push(event)) parts.push(part)
  return parts
}

/** A good stream that lacks its end marker gets the one that the protocol's clients wait for (REL-32). */
function closeFrames(rest: Uint8Array, missing: string): Uint8Array {
  return Buffer.concat([rest, Buffer.from(rest.length === 0 ? missing : `\n\n${missing}`)])
}

/** The answer is complete; the connection stays usable if the upstream closes the answer by itself. */
function closeSoon(attempt: Attempt, upstream: UpstreamAnswer): Timer {
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
