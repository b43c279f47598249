import { ChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { StreamPart } from '../../chat/stream-part.ts'
import type { Clock } from '../../clock.ts'
import { readBytes } from '../../upstream/read-bytes.ts'
import { createSseReader } from '../../upstream/read-sse.ts'
import type { AnswerWriter } from './answer-writer.ts'
import { createBareLines } from './bare-lines.ts'
import type { CleanUp } from './clean-up.ts'
import { createRoundReader, type RoundReader, type RoundState } from './read-round.ts'
import { type Endpoint, TIMES } from './vendor.ts'
import type { StreamTimes, WebApi } from './web-api.ts'

export type RoundTimes = StreamTimes & { readonly noProgressMs: number; readonly sseEventBytes: number }

export type RoundCall = {
  readonly endpoint: Endpoint
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
  readonly token: string
  /** In a continued round: what was said before it. */
  readonly said?: { readonly thinking: string; readonly text: string }
}

export type RoundPorts = {
  readonly api: WebApi
  readonly clock: Clock
  readonly times: RoundTimes
  readonly writer: AnswerWriter
  readonly cleanUp: CleanUp
  readonly signal: AbortSignal
}

/** Asks, and gives parts as they come. Returns how the upstream's side ended; throws the `ChatError` that ended it. */
export async function* streamRound(
  round: RoundCall,
  ports: RoundPorts,
): AsyncGenerator<StreamPart, RoundState> {
  const { api, clock, times, writer, cleanUp, signal } = ports
  const stuck = new AbortController()
  const answer = await api.open(
    round.endpoint,
    {
      token: round.token,
      body: round.body,
      headers: round.headers,
      signal: AbortSignal.any([signal, stuck.signal]),
    },
    times,
  )
  const { said, endpoint } = round
  const reader = createRoundReader({
    writer,
    endpoint,
    now: clock.now,
    ...(said === undefined ? {} : { said }),
  })
  const progress = clock.timer(times.noProgressMs, () => stuck.abort(noProgress()))
  const enough = new AbortController()
  const bytes = readBytes(answer, enough.signal)
  let lateTimer: ReturnType<Clock['timer']> | undefined
  cleanUp.watch(session(round.body), reader.state)
  const take = createTaker(reader, times.sseEventBytes)
  const isOver = ({ done }: IteratorResult<Uint8Array, void>) => {
    if (done === true || reader.state.isClosed) return true
    if (reader.state.status === undefined) return false
    // Only citations whose pages are still unknown are worth waiting for behind the end.
    if (writer.isHolding) lateTimer ??= clock.timer(TIMES.afterEnd, () => enough.abort())
    return !writer.isHolding
  }
  let isLeft = true
  try {
    for (;;) {
      const next = await bytes.next()
      try {
        if (take(next.done === true ? undefined : next.value)) progress.restart()
      } finally {
        // What stood before a broken event in the same bytes is good.
        yield* writer.take()
      }
      if (isOver(next)) break
    }
    isLeft = false
    return reader.state
  } finally {
    progress.cancel()
    lateTimer?.cancel()
    if (isLeft) await bytes.return(undefined)
    else cleanUp.drain(bytes, enough)
  }
}

/** Feeds bytes to the readers; undefined is the end. Says whether anything came that a reader understands. */
function createTaker(reader: RoundReader, maxEventBytes: number) {
  const sse = createSseReader({ maxEventBytes })
  const lines = createBareLines()
  return (bytes: Uint8Array | undefined): boolean => {
    for (const line of bytes === undefined ? lines.end() : lines.push(bytes)) reader.bareLine(line)
    const events = bytes === undefined ? sse.end() : sse.push(bytes)
    for (const event of events) reader.push(event)
    if (bytes === undefined) reader.end()
    return events.length > 0
  }
}

function session({ chat_session_id: id }: JsonObject): string {
  return typeof id === 'string' ? id : ''
}

function noProgress(): ChatError {
  return new ChatError('timed-out', 'DeepSeek sends signs of life but no content', { code: 'no_progress' })
}
