import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { asBuffer } from '../as-buffer.ts'
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
    onEvent(message) {
      if (message.data.length > maxEventBytes) isTooLarge = true
      else if (message.data !== '') events.push(eventOf(message))
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

/** What the frames say that are being read; nothing between two calls. */
const inFrames: EventSourceMessage[] = []
/** A frame that is whole leaves nothing behind in a parser, so that one serves all streams. */
const frameParser = createParser({ onEvent: (message) => void inFrames.push(message) })

/**
 * The events in frames that are whole: bytes that begin where a frame begins and end with an empty line. Leaves out and
 * throws what a reader does.
 */
export function readFrames(frames: Uint8Array, maxEventBytes: number): readonly SseEvent[] {
  frameParser.feed(asBuffer(frames).toString('utf8'))
  frameParser.reset()
  const events: SseEvent[] = []
  for (const message of inFrames.splice(0)) {
    if (message.data.length > maxEventBytes) throw eventTooLarge(maxEventBytes)
    if (message.data !== '') events.push(eventOf(message))
  }
  return events
}

function eventOf({ event, data }: EventSourceMessage): SseEvent {
  return event === undefined ? { data } : { event, data }
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
