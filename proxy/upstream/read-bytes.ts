import type { ChatError } from '../chat/chat-error.ts'
import type { UpstreamAnswer } from './answer-handler.ts'

/** How much may wait for whoever reads before the upstream is asked to pause. */
const HOLD_BYTES = 262_144

/**
 * An answer's bytes for a reader that pulls. Throws the `ChatError` that broke the answer off; ends early, without an
 * error, when `until` aborts. Leaving the loop closes the connection.
 */
export async function* readBytes(answer: UpstreamAnswer, until?: AbortSignal): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = []
  const state: Pulling = { isOver: false, error: undefined, bytes: 0, wake: undefined }
  const stop = () => {
    state.isOver = true
    state.wake?.()
  }
  if (until?.aborted) stop()
  until?.addEventListener('abort', stop, { once: true })
  answer.consume({
    bytes(chunk) {
      waiting.push(chunk)
      state.bytes += chunk.length
      state.wake?.()
      return state.bytes < HOLD_BYTES
    },
    end: stop,
    fail(error) {
      state.error = error
      stop()
    },
  })
  try {
    for (;;) {
      const chunk = waiting.shift()
      if (chunk !== undefined) {
        const wasFull = state.bytes >= HOLD_BYTES
        state.bytes -= chunk.length
        if (wasFull && state.bytes < HOLD_BYTES) answer.resume()
        yield chunk
      } else if (state.error !== undefined) throw state.error
      else if (state.isOver) return
      else await new Promise<void>((resolve) => (state.wake = resolve))
    }
  } finally {
    until?.removeEventListener('abort', stop)
    answer.abort()
  }
}

type Pulling = {
  isOver: boolean
  error: ChatError | undefined
  /** How many wait. */
  bytes: number
  wake: (() => void) | undefined
}

/** A whole answer as text, cut at `maxBytes`. */
export async function readText(answer: UpstreamAnswer, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of readBytes(answer)) {
    chunks.push(chunk)
    total += chunk.length
    if (total >= maxBytes) break
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8')
}
