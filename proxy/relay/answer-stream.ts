import { type AnswerFold, createAnswerFold } from '../chat/chat-answer.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { SseEvent } from '../chat/sse-event.ts'
import { isOutput, type StreamPart } from '../chat/stream-part.ts'
import type { Timer } from '../clock.ts'
import type { AnswerContext, StreamEncoder } from '../protocols/protocol.ts'
import { AnswerNotes } from './answer-notes.ts'
import type { Attempt } from './attempt.ts'
import type { BridgedAttempt } from './bridge-attempt.ts'
import { joinBytes } from './collect-bytes.ts'
import { createFraming, type Framing } from './framing.ts'
import { HoldBack } from './hold-back.ts'
import { holdsSecret, secretsOf } from './mask-secrets.ts'
import { passedHeaders } from './passed-headers.ts'
import type { Skimmed } from './skim-events.ts'

const STREAM_HEADERS = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/**
 * The client's side of one attempt. What comes before the first output is held back, so that a failure until then is no
 * failure for the client; the first output commits. Has a life: holding, committed, over.
 */
export class AnswerStream {
  isCommitted = false
  /** The terminal part has been sent: the client has a complete answer. */
  isFinished = false
  /** What went to the client, in bytes. */
  sentBytes = 0
  readonly #attempt: Attempt
  readonly #isStreamed: boolean
  #fold: AnswerFold | undefined
  readonly #framing: Framing
  /** What of the answer is for the log, the key and the next request. */
  readonly said: AnswerNotes
  #encoder: StreamEncoder | undefined
  #holdBack: HoldBack | undefined
  #headers: Record<string, string> = {}
  /** A stream that goes on as it comes: nothing of it is made from what was asked. */
  #isPassed = false
  #heartbeat: Timer | undefined
  #isBlocked = false
  #bridged: BridgedAttempt | undefined
  /** Sends the answer that was kept back because it lacks a call that it should have made. Gives its bytes. */
  withheld: (() => number) | undefined

  constructor(attempt: Attempt) {
    this.#attempt = attempt
    this.#isStreamed = attempt.request.head.stream
    this.#framing = createFraming(attempt.request.framing)
    this.said = new AnswerNotes(attempt)
  }

  /** True while the client takes what is written; otherwise `whenDrained` tells when to go on. */
  get isWritable(): boolean {
    return !this.#isBlocked
  }

  async whenDrained(): Promise<void> {
    const { ports, request } = this.#attempt
    const stalled = ports.clock.timer(ports.settings().timeouts.stalledReaderMs, () =>
      request.client.destroy(),
    )
    await request.client.whenDrained()
    stalled.cancel()
    this.#isBlocked = false
  }

  /** From here on, parts go through the tool bridge. */
  filterBy(bridged: BridgedAttempt): void {
    this.#bridged = bridged
  }

  keepHeaders(headers: Readonly<Record<string, string | undefined>>, isPassThrough: boolean): void {
    this.#headers = passedHeaders(headers, isPassThrough)
    this.#isPassed = isPassThrough && this.#isStreamed
  }

  /** Translates parts for the client. Throws the error of an `error` part, after what came before it. */
  takeParts(told: readonly StreamPart[]): void {
    let text = ''
    let hasOutput = false
    for (const part of this.#filter(told)) {
      if (this.isFinished) break
      this.said.observe(part)
      if (part.type === 'error') {
        this.#offerText(text, hasOutput)
        throw part.error
      }
      hasOutput ||= isOutput(part)
      if (this.#isStreamed) text += this.#framing.format(this.#encode(part))
      else this.#openFold().push(part)
      if (part.type === 'finish') this.isFinished = true
    }
    this.#offerText(text, hasOutput)
    if (this.isFinished) this.#end()
  }

  #filter(told: readonly StreamPart[]): readonly StreamPart[] {
    const bridged = this.#bridged
    if (bridged === undefined) return told
    this.#limitHolding()
    return told.flatMap((part) => bridged.filter.push(part))
  }

  #offerText(text: string, hasOutput: boolean): void {
    if (text !== '') this.#offer(Buffer.from(text), hasOutput)
  }

  /** Passes whole frames on as they came; `parts` is what they say, plain text left out. Throws like `takeParts`. */
  takePassed({ parts, frames, failed, hasOutput }: Skimmed): void {
    for (const part of parts) {
      this.said.observe(part)
      if (part.type === 'error') {
        if (frames.length > 0) this.#offer(frames, hasOutput)
        if (isUpstreamsOwn(part.error) && this.isCommitted && !holdsSecret(failed, secretsOf(this.#attempt)))
          this.#endWithOwnError(failed)
        throw part.error
      }
      if (part.type === 'finish') this.isFinished = true
    }
    if (frames.length > 0) this.#offer(frames, hasOutput)
    if (this.isFinished) this.#end()
  }

  /** A whole answer, a JSON text in pieces; `ascii`: the same as one text, where it is plain ASCII and at hand. */
  sendWhole(body: readonly Uint8Array[], ascii?: string): void {
    this.isFinished = true
    const head = this.#commitHead({ 'content-type': 'application/json' })
    for (const piece of body) this.#count(piece)
    this.#attempt.request.client.sendWhole(200, head, body, ascii)
  }

  context(): AnswerContext {
    const { request, ports } = this.#attempt
    return {
      requestId: request.requestId,
      model: request.head.model,
      createdAt: Math.floor(ports.clock.now() / 1000),
      request: request.chat,
    }
  }

  /** After the commit: one error frame in the client's protocol, then the end, without any end marker (REL-31). */
  fail(error: ChatError): void {
    if (this.isFinished || error.kind === 'cancelled') return this.#attempt.request.client.destroy()
    const { request } = this.#attempt
    const events =
      this.#encoder?.push({ type: 'error', error }) ??
      request.protocol.encodeErrorEvent(error, request.requestId)
    const bytes = Buffer.from(this.#framing.format(events) + this.#framing.end())
    this.#count(bytes)
    this.isFinished = true
    request.client.end(bytes)
  }

  release(): void {
    this.#heartbeat?.cancel()
    this.#holdBack?.stop()
    const { request, row } = this.#attempt
    const leftOut = this.#bridged?.filter.notes
    if (leftOut !== undefined && leftOut.length > 0)
      row.update({ note: `Left out of the answer: ${leftOut.join('; ')}` })
    request.onUsage?.(this.said.usage)
  }

  #encode(part: StreamPart): readonly SseEvent[] {
    const events = this.#openEncoder().push(part)
    if (part.type === 'finish') this.#attempt.request.keepAnswer?.({ events })
    return events
  }

  #openEncoder(): StreamEncoder {
    this.#encoder ??= this.#attempt.request.protocol.createStreamEncoder(this.context())
    return this.#encoder
  }

  #openFold(): AnswerFold {
    this.#fold ??= createAnswerFold()
    return this.#fold
  }

  #offer(chunk: Uint8Array, hasOutput: boolean): void {
    if (this.isCommitted) return this.#write(chunk)
    // Where output comes first, nothing waits.
    if (hasOutput && this.#holdBack === undefined) return this.#commit(chunk)
    const isFull = this.#openHoldBack().hold(chunk)
    this.#limitHolding()
    if (hasOutput || isFull) this.#commit()
  }

  /** A block that the bridge holds gives the client nothing to read, so its stream begins, and beats, without it. */
  #limitHolding(): void {
    if (!this.isCommitted && this.#isStreamed) this.#openHoldBack().limitTime()
  }

  #openHoldBack(): HoldBack {
    this.#holdBack ??= new HoldBack(this.#attempt.ports.clock, () => this.#commit())
    return this.#holdBack
  }

  /** Sends the head, and with it what was held back, or what comes at once. */
  #commit(first?: Uint8Array): void {
    if (this.isCommitted) return
    const head = this.#commitHead({ ...STREAM_HEADERS, 'content-type': this.#framing.contentType })
    const held = this.#holdBack?.take() ?? []
    this.#holdBack = undefined
    const chunk = held.length > 0 ? joinBytes(held) : first
    this.#attempt.request.client.sendHead(200, head, chunk !== undefined)
    if (chunk !== undefined) this.#write(chunk)
    this.#beat()
    if (this.#isPassed) this.#attempt.request.letGo?.()
  }

  /** From here on there is no other attempt. Answers with the headers to send. */
  #commitHead(headers: Readonly<Record<string, string>>): Record<string, string> {
    const { request, lease, number, ports, startedAt } = this.#attempt
    this.isCommitted = true
    this.#holdBack?.stop()
    request.row.change((entry) => {
      entry.state = 'streaming'
      entry.status = 200
      entry.firstByteMs = request.elapsedMs()
    })
    this.#attempt.row.change((attempt) => {
      attempt.status = 200
      attempt.firstByteMs = ports.clock.monotonic() - startedAt
    })
    const head = this.#headers
    for (const name in headers) head[name] = headers[name] ?? ''
    head['x-portside-provider'] = lease.provider
    head['x-portside-account'] = lease.account.id
    head['x-portside-attempts'] = String(number)
    return head
  }

  #write(chunk: Uint8Array): void {
    this.#count(chunk)
    this.#heartbeat?.restart()
    if (!this.#attempt.request.client.write(chunk)) this.#isBlocked = true
  }

  #count(bytes: Uint8Array): void {
    this.sentBytes += bytes.length
    this.#attempt.request.row.captureResponse(bytes)
  }

  #beat(): void {
    const { ports, request } = this.#attempt
    const { intervalMs } = ports.settings().heartbeat
    if (request.protocol.heartbeat === '' || intervalMs === 0) return
    this.#heartbeat = ports.clock.timer(intervalMs, () => {
      if (this.isFinished) return
      if (this.isWritable) request.client.write(request.protocol.heartbeat)
      this.#heartbeat?.restart()
    })
  }

  #end(): void {
    const { request } = this.#attempt
    if (this.#isStreamed) {
      this.#commit()
      const end = this.#framing.end()
      return request.client.end(end === '' ? undefined : end)
    }
    const answer = this.#openFold().answer()
    if (answer === undefined) throw new ChatError('internal', 'The answer ended without being complete')
    const send = () => {
      const body = request.protocol.encodeAnswer(answer, this.context())
      request.keepAnswer?.({ body })
      this.sendWhole([Buffer.from(JSON.stringify(body))])
      return this.sentBytes
    }
    const lacksCall = this.#bridged?.wantsCall === true && answer.finish !== 'tool-calls'
    if (lacksCall) this.withheld = send
    else send()
  }

  /** The upstream's own error frame is in the client's protocol already: it goes as it is, and is the last thing. */
  #endWithOwnError(frames: Uint8Array): void {
    this.#count(frames)
    this.isFinished = true
    this.#attempt.request.client.end(frames)
  }
}

/** Errors that the reader found in the bytes, rather than the upstream saying so, need a frame of ours. */
function isUpstreamsOwn(error: ChatError): boolean {
  return (
    error.kind !== 'upstream-changed' && error.kind !== 'upstream-truncated' && error.kind !== 'timed-out'
  )
}
