import type { CancelSignal } from '../cancel-signal.ts'
import { ChatError, tookTooLong } from '../chat/chat-error.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Slots } from '../slots.ts'
import { type DecodingSink, decodingSink, isPlain } from './decode-body.ts'
import type { AnswerHeaders, CallControl, CallListener } from './http1/call-listener.ts'
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
  readonly headers: AnswerHeaders
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
  readonly watch: SleepWatch
}

/** What a call may wait for too long. */
type Wait = { readonly code: string; readonly text: string }
const NO_HEAD: Wait = { code: 'first_byte_timeout', text: 'sent no answer' }
const SILENT: Wait = { code: 'idle_timeout', text: 'went silent' }

const ONCE = { once: true } as const
/** How much of an answer may wait for its taker before the connection is stopped. */
const HELD_BYTES = 65_536

/** Carries one call from its connection to its taker. Has a life: waiting for the head, flowing, over. */
export class AnswerHandler implements CallListener, UpstreamAnswer {
  status = 0
  headers: AnswerHeaders = {}
  readonly #call: UpstreamCall
  readonly #route: CallRoute
  /** Both are gone once the answer has begun. */
  #resolve: ((answer: UpstreamAnswer) => void) | undefined
  #reject: ((error: unknown) => void) | undefined
  #timer: Timer | undefined
  #total: Timer | undefined
  /** Its place among the calls under way. */
  #slot: number | undefined
  #control: CallControl | undefined
  #sink: ByteSink | undefined
  /** Stands before the sink where the body is compressed; known when its first bytes are here. */
  #decoder: DecodingSink | undefined
  #early: Uint8Array[] | undefined
  #earlyBytes = 0
  #over = false
  /** Its taker has closed it, or was told of a failure: nothing more may reach it. */
  #isLeft = false
  #endedEarly = false
  #failedEarly: ChatError | undefined
  #bytes = 0

  constructor(
    call: UpstreamCall,
    route: CallRoute,
    resolve: (answer: UpstreamAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#call = call
    this.#route = route
    this.#resolve = resolve
    this.#reject = reject
    call.signal.addEventListener('abort', this, ONCE)
    this.#slot = route.underWay.add(this)
    route.watch.begin()
    // Where both are due at once, one timer serves.
    if (call.totalMs !== call.firstByteMs) this.#timer = this.#arm(call.firstByteMs, NO_HEAD)
    if (call.totalMs !== undefined)
      this.#total = route.clock.timer(call.totalMs, () => this.#stop(this.#lateness()))
  }

  /** The call's signal aborted. */
  handleEvent(): void {
    this.#stop(this.#call.signal.reason)
  }

  get isOver(): boolean {
    return this.#over
  }

  onRequestStart(control: CallControl): void {
    this.#control = control
    // Given up while it waited for a connection: it must not go out, for the upstream would charge for it.
    if (this.#over) control.abort(toError(this.#call.signal.reason ?? 'given up'))
  }

  onRequestSent(): void {
    this.#call.onSent?.()
  }

  onResponseStart(status: number, headers: AnswerHeaders): void {
    this.status = status
    this.headers = headers
    this.#disarm()
    this.#resolve?.(this)
    this.#resolve = undefined
    this.#reject = undefined
  }

  onResponseData(chunk: Uint8Array): void {
    if (this.#over) return
    this.#timer?.restart()
    if (this.#sink === undefined) this.#holdBack(chunk)
    else if (!this.#give(chunk)) this.#pause()
  }

  onResponseEnd(): void {
    this.#finish()
    if (this.#sink === undefined) this.#endedEarly = true
    else this.#sink.end()
  }

  onResponseError(error: Error, wasKept: boolean): void {
    if (this.#over) return
    if (this.#call.signal.aborted)
      return this.#fail(readNetworkError(this.#call.signal.reason, this.#call.url.host))
    const read = readNetworkError(error, this.#call.url.host)
    // The upstream closed it meanwhile, which says nothing about the upstream (FM-7).
    const isStale = wasKept && (read.code === 'reset' || read.code === 'closed')
    this.#fail(isStale ? staleSocket(read) : read)
  }

  consume(sink: ByteSink): void {
    this.#sink = sink
    const encoding = this.headers['content-encoding']
    if (encoding !== undefined) this.#decode(encoding)
    if (this.#failedEarly !== undefined) return this.#sink.fail(this.#failedEarly)
    const early = this.#early ?? []
    this.#early = undefined
    for (const chunk of early) if (!this.#isLeft) this.#give(chunk)
    if (this.#isLeft) return
    if (this.#endedEarly) return this.#sink.end()
    this.resume()
  }

  resume(): void {
    this.#decoder?.resume()
    if (this.#over) return
    this.#timer?.cancel()
    this.#timer = this.#arm(this.#call.idleMs, SILENT)
    this.#control?.resume()
  }

  abort(): void {
    this.#isLeft = true
    this.#decoder?.close()
    if (this.#over) return
    const control = this.#control
    this.#finish()
    control?.abort(new Error('closed'))
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
  #holdBack(chunk: Uint8Array): void {
    if (this.#early === undefined) this.#early = [chunk]
    else this.#early.push(chunk)
    this.#earlyBytes += chunk.length
    if (this.#earlyBytes > HELD_BYTES) this.#pause()
  }

  #pause(): void {
    this.#disarm()
    this.#control?.pause()
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(afterMs: number, wait: Wait): Timer | undefined {
    if (afterMs === 0) return undefined
    return this.#route.clock.timer(afterMs, () => this.#stop(this.#timedOut(afterMs, wait)))
  }

  #timedOut(afterMs: number, { code, text }: Wait): ChatError {
    const message = `The upstream ${this.#call.url.host} ${text} for ${Math.round(afterMs / 1000)} s`
    return new ChatError('timed-out', message, { code })
  }

  /** What it means that the whole time is over. */
  #lateness(): ChatError {
    const { firstByteMs, totalMs } = this.#call
    return this.status === 0 && firstByteMs === totalMs ? this.#timedOut(firstByteMs, NO_HEAD) : tookTooLong()
  }

  #stop(reason: unknown): void {
    if (this.#over) return
    const control = this.#control
    this.#fail(readNetworkError(reason, this.#call.url.host))
    control?.abort(toError(reason))
  }

  #fail(error: ChatError): void {
    this.#finish()
    if (this.#isLeft) return
    this.#isLeft = this.#sink !== undefined
    if (this.#sink !== undefined) this.#sink.fail(error)
    else if (this.status === 0) this.#reject?.(error)
    else this.#failedEarly = error
  }

  #finish(): void {
    this.#over = true
    // It may carry another call by now.
    this.#control = undefined
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
