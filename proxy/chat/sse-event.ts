/** One server-sent event. `event` is absent where the stream names none; `data` is the joined data lines. */
export type SseEvent = { readonly event?: string; readonly data: string }
