import type { Dispatcher } from 'undici'
import type { CancelSignal } from '../cancel-signal.ts'
import { ChatError, tookTooLong } from '../chat/chat-error.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Slots } from '../slots.ts'
import { type DecodingSink, decodingSink, isPlain } from './decode-body.ts'
import { readNetworkError } from './network-error.ts'
import type { SleepWatch } from './sleep-watch.ts'

/** Who takes the bytes of an answer. `bytes` returns false to ask for a pause; `resume` of the answer ends it. */
export type ByteSink = {
  bytes(chunk: Uint8Array): boolean
  end(): void
  fail(error: ChatError): void
}

/** An upstream's answer. Nothing flows until `consume` is called, exactly once. Header names are in lower case. */
export type UpstreamAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  consume(sink: ByteSink): void
  resume(): void
  /** Closes the connection; no more calls reach the sink. */
  abort(): void
}

export type UpstreamCall = {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly signal: CancelSignal
  /** Longest wait for the head, and for each next byte. Zero means no limit. */
  readonly firstByteMs: number
  readonly idleMs: number
  /** Longest time from the call to its end; absent means no limit. */
  readonly totalMs?: number
  /** Called when the whole request has gone out: from then on the upstream may charge for it. */
  readonly onSent?: () => void
  /** Most bytes the decoded body may have. */
  readonly maxBytes: number
}

/** What a call shares with others on its way out. */
export type CallRoute = {
  readonly underWay: Slots<AnswerHandler>
  readonly clock: Clock
  /** How many connections this dispatcher has opened so far. */
  readonly connections: { readonly made: number }
}

const ONCE = { once: true } as const
/** How much of an answer may wait for its taker before the connection is stopped. */
const HELD_BYTES = 65_536

/** Carries one call through undici's callbacks. Has a life: waiting for the head, flowing, over. */
export class AnswerHandler implements Dispatcher.DispatchHandler, UpstreamAnswer {
  status = 0
  headers: Record<string, string | undefined> = {}
  readonly #call: UpstreamCall
  readonly #route: CallRoute & { readonly watch: SleepWatch }
  readonly #connectionsBefore: number
  readonly #resolve: (answer: UpstreamAnswer) => void
  readonly #reject: (error: unknown) => void
  #timer: Timer | undefined
  #total: Timer | undefined
  /** Its place among the calls under way. */
  #slot: number | undefined
  #controller: Dispatcher.DispatchController | undefined
  #sink: ByteSink | undefined
  /** Stands before the sink where the body is compressed; known when its first bytes are here. */
  #decoder: DecodingSink | undefined
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #over = false
  /** Its taker has closed it, or was told of a failure: nothing more may reach it. */
  #isLeft = false
  #endedEarly = false
  #failedEarly: ChatError | undefined
  #bytes = 0

  constructor(
    call: UpstreamCall,
    route: CallRoute & { readonly watch: SleepWatch },
    resolve: (answer: UpstreamAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#call = call
    this.#route = route
    this.#connectionsBefore = route.connections.made
    this.#resolve = resolve
    this.#reject = reject
    call.signal.addEventListener('abort', this, ONCE)
    this.#slot = route.underWay.add(this)
    route.watch.begin()
    this.#arm(call.firstByteMs, 'first_byte_timeout', 'sent no answer')
    if (call.totalMs !== undefined)
      this.#total = route.clock.timer(call.totalMs, () => this.#stop(tookTooLong()))
  }

  /** The call's signal aborted. */
  handleEvent(): void {
    this.#stop(this.#call.signal.reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Given up while it waited for a connection: it must not go out, for the upstream would charge for it.
    if (this.#over) controller.abort(toError(this.#call.signal.reason ?? 'given up'))
  }

  onRequestSent(): void {
    this.#call.onSent?.()
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: object): void {
    if (status < 200) return
    this.#controller = controller
    this.status = status
    this.headers = flattenHeaders(headers)
    this.#disarm()
    this.#resolve(this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#timer?.restart()
    if (this.#over) return
    if (this.#sink === undefined) this.#holdBack(chunk, controller)
    else if (!this.#give(chunk)) this.#pause(controller)
  }

  onResponseEnd(): void {
    this.#finish()
    if (this.#sink === undefined) this.#endedEarly = true
    else this.#sink.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    if (this.#call.signal.aborted)
      return this.#fail(readNetworkError(this.#call.signal.reason, this.#call.url.host))
    const read = readNetworkError(error, this.#call.url.host)
    this.#fail(this.#wasStale(read) ? staleSocket(read) : read)
  }

  /**
   * A kept connection that the upstream closed meanwhile: it died before any byte of an answer, and no new connection
   * was opened for this call. That says nothing about the upstream (FM-7).
   */
  #wasStale(error: ChatError): boolean {
    const isClosed = error.code === 'reset' || error.code === 'closed'
    return isClosed && this.status === 0 && this.#route.connections.made === this.#connectionsBefore
  }

  consume(sink: ByteSink): void {
    this.#sink = sink
    const encoding = this.headers['content-encoding']
    if (encoding !== undefined) this.#decode(encoding)
    if (this.#failedEarly !== undefined) return this.#sink.fail(this.#failedEarly)
    const early = this.#early
    this.#early = []
    for (const chunk of early) if (!this.#isLeft) this.#give(chunk)
    if (this.#isLeft) return
    if (this.#endedEarly) return this.#sink.end()
    this.resume()
  }

  resume(): void {
    this.#decoder?.resume()
    if (this.#over) return
    this.#timer?.cancel()
    this.#arm(this.#call.idleMs, 'idle_timeout', 'went silent')
    this.#controller?.resume()
  }

  abort(): void {
    this.#isLeft = true
    this.#decoder?.close()
    if (this.#over) return
    this.#finish()
    this.#controller?.abort(new Error('closed'))
  }

  /** Ends the call with a reason of ours. */
  interrupt(reason: ChatError): void {
    this.#stop(reason)
  }

  #give(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length
    if (this.#bytes > this.#call.maxBytes) {
      const tooLarge = new ChatError('upstream-changed', 'The upstream sent more than Portside takes', {
        code: 'too_large',
      })
      if (this.#over) this.#fail(tooLarge)
      else this.#stop(tooLarge)
      return true
    }
    if (this.#bytes === chunk.length && this.#decoder === undefined && !isPlain(chunk)) this.#decode('gzip')
    return this.#sink?.bytes(chunk) ?? true
  }

  #decode(encoding: string): void {
    if (this.#sink === undefined) return
    this.#decoder = decodingSink(this.#sink, encoding, this.#call.maxBytes, () => this.resume())
    this.#sink = this.#decoder
  }

  /** The taker comes at once: to stop the connection for it would cost more than to hold what is here already. */
  #holdBack(chunk: Uint8Array, controller: Dispatcher.DispatchController): void {
    this.#early.push(chunk)
    this.#earlyBytes += chunk.length
    if (this.#earlyBytes > HELD_BYTES) this.#pause(controller)
  }

  #pause(controller: Dispatcher.DispatchController): void {
    this.#disarm()
    controller.pause()
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(afterMs: number, code: string, what: string): void {
    if (afterMs === 0) return
    this.#timer = this.#route.clock.timer(afterMs, () => {
      const text = `The upstream ${this.#call.url.host} ${what} for ${Math.round(afterMs / 1000)} s`
      this.#stop(new ChatError('timed-out', text, { code }))
    })
  }

  #stop(reason: unknown): void {
    if (this.#over) return
    const controller = this.#controller
    this.#fail(readNetworkError(reason, this.#call.url.host))
    controller?.abort(toError(reason))
  }

  #fail(error: ChatError): void {
    this.#finish()
    if (this.#isLeft) return
    this.#isLeft = this.#sink !== undefined
    if (this.#sink !== undefined) this.#sink.fail(error)
    else if (this.status === 0) this.#reject(error)
    else this.#failedEarly = error
  }

  #finish(): void {
    this.#over = true
    this.#timer?.cancel()
    this.#total?.cancel()
    if (this.#slot === undefined) return
    this.#route.underWay.delete(this.#slot)
    this.#slot = undefined
    this.#route.watch.end()
    this.#call.signal.removeEventListener('abort', this)
  }
}

function staleSocket(error: ChatError): ChatError {
  return new ChatError('upstream-unavailable', error.message, { code: 'stale_socket', cause: error.cause })
}

/** Anything thrown, as an error. */
function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

/** Repeated headers are joined as HTTP says; `set-cookie` is never passed on, so its order does not matter. */
function flattenHeaders(headers: object): Record<string, string | undefined> {
  const flat: Record<string, string | undefined> = {}
  const given = headers as Readonly<Record<string, unknown>>
  for (const name in given) {
    const value = given[name]
    flat[name] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return flat
}
