import { createParser } from 'eventsource-parser'
import { ChatError } from '../chat/chat-error.ts'
import type { SseEvent } from '../chat/sse-event.ts'

export type SseReader = { push(bytes: Uint8Array): readonly SseEvent[]; end(): readonly SseEvent[] }

/**
 * Turns bytes into events, however the bytes are cut. Comments, ids and events without data are left out. An event over
 * the limit throws `upstream-changed`. Of a last event that lacks its blank line, `end` gives what is whole.
 */
export function createSseReader({ maxEventBytes }: { readonly maxEventBytes: number }): SseReader {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let events: SseEvent[] = []
  let isTooLarge = false
  let endsLine = true
  let unfinishedLine = 0
  const parser = createParser({
    maxBufferSize: maxEventBytes,
    onEvent(event) {
      if (event.data.length > maxEventBytes) isTooLarge = true
      else if (event.data !== '')
        events.push(
          event.event === undefined ? { data: event.data } : { event: event.event, data: event.data },
        )
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') isTooLarge = true
    },
  })

  function feed(text: string): readonly SseEvent[] {
    if (isTooLarge) throw eventTooLarge(maxEventBytes)
    if (text === '') return []
    events = []
    endsLine = text.endsWith('\n') || text.endsWith('\r')
    // The parser forgets a line that begins no field; a line without an end is still nothing to read for ever.
    unfinishedLine = endsLine || text.includes('\n') ? 0 : unfinishedLine + text.length
    if (unfinishedLine > maxEventBytes) isTooLarge = true
    parser.feed(text)
    if (isTooLarge) throw eventTooLarge(maxEventBytes)
    return events
  }

  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end() {
      const before = feed(decoder.decode())
      const wasCut = !endsLine
      const last = feed('\n\n')
      return [...before, ...(wasCut ? last.filter(isWhole) : last)]
    },
  }
}

/** A last line without its line end may have been cut: only what parses is known to be whole. */
function isWhole({ data }: SseEvent): boolean {
  if (data === '[DONE]') return true
  if (!data.startsWith('{')) return false
  try {
    JSON.parse(data)
    return true
  } catch {
    // Half an object: the stream was cut here.
    return false
  }
}

function eventTooLarge(maxEventBytes: number): ChatError {
  return new ChatError(
    'upstream-changed',
    `The upstream sent one event of more than ${maxEventBytes} bytes`,
    {
      code: 'event_too_large',
    },
  )
}
