import type { SseEvent } from '../chat/sse-event.ts'

/** Writes events as bytes on the wire: whole frames, each closed by an empty line. The only writer of event streams. */
export function formatSse(events: readonly SseEvent[]): string {
  let text = ''
  for (const { event, data } of events) {
    if (event !== undefined) text += `event: ${event}\n`
    text += data.includes('\n') ? `data: ${data.replaceAll('\n', '\ndata: ')}\n\n` : `data: ${data}\n\n`
  }
  return text
}
