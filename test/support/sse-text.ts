import type { SseEvent } from '../../proxy/chat/sse-event.ts'

/** Events as the text that goes over the wire. */
export function sseText(events: readonly SseEvent[]): string {
  return events
    .map(({ event, data }) => `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`)
    .join('')
}

/** A `fetch` for the official SDKs: whatever is asked, the answer is this text. */
export function answering(text: string, contentType = 'text/event-stream'): typeof fetch {
  return async () => new Response(text, { headers: { 'content-type': contentType } })
}
