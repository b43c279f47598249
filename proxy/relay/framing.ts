import type { SseEvent } from '../chat/sse-event.ts'
import { formatSse } from './format-sse.ts'

/** How a streamed answer stands on the wire. */
export type Framing = {
  readonly contentType: string
  /** The text of some events, in order. */
  format(events: readonly SseEvent[]): string
  /** What closes the answer. */
  end(): string
}

export type FramingKind = 'sse' | 'json-array'

const SSE: Framing = { contentType: 'text/event-stream; charset=utf-8', format: formatSse, end: () => '' }

/** Event frames, or one JSON array that grows (Gemini without `alt=sse`). */
export function createFraming(kind: FramingKind): Framing {
  if (kind === 'sse') return SSE
  let isFirst = true
  return {
    contentType: 'application/json; charset=utf-8',
    format(events) {
      let text = ''
      for (const { data } of events) {
        text += (isFirst ? '[' : ',\r\n') + data
        isFirst = false
      }
      return text
    },
    end: () => (isFirst ? '[]' : ']'),
  }
}
