import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { ChatError } from '../chat/chat-error.ts'
import type { Clock, Timer } from '../clock.ts'
import { type DecodingSink, decodingSink } from './decode-body.ts'
import { readNetworkError } from './network-error.ts'
import { createGuardedLookup, refuseAddress, refusedError } from './refuse-address.ts'
import { createSleepWatch, type SleepWatch } from './sleep-watch.ts'

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
  readonly signal: AbortSignal
  /** Longest wait for the head, and for each next byte. Zero means no limit. */
  readonly firstByteMs: number
  readonly idleMs: number
  /** Called when the whole request has gone out: from then on the upstream may charge for it. */
  readonly onSent?: () => void
  /** Most bytes the decoded body may have. */
  readonly maxBytes: number
}

export type FetchUpstream = (call: UpstreamCall) => Promise<UpstreamAnswer>

export type UpstreamFetch = {
  readonly fetch: FetchUpstream
  /** Drops idle connections, so that the next call dials anew; ends what is under way only after a long sleep. */
  renew(sleptMs: number): void
  close(): Promise<void>
}

export type Network = {
  readonly privateNetwork: boolean
  readonly proxyUrl: string | null
  readonly connectMs: number
  readonly headerBytes: number
}

/**
 * The way out to one provider: pooled connections, no redirects, no retries of its own, addresses checked at the
 * socket. `close` cuts all connections at once.
 */
export function createUpstreamFetch(network: Network, clock: Clock): UpstreamFetch {
  const underWay = new Set<AnswerHandler>()
  const open = (): Route => {
    const dispatcher = createDispatcher(network)
    const connections = { made: 0 }
    dispatcher.on('connect', () => connections.made++)
    return { dispatcher, network, clock, connections, underWay }
  }
  let route = open()
  const retired = new Set<Agent | ProxyAgent>()

  function renew(sleptMs: number): void {
    const { dispatcher } = route
    route = open()
    retired.add(dispatcher)
    // Idle connections close now, the others when their answers are over.
    dispatcher.close().then(
      () => retired.delete(dispatcher),
      () => retired.delete(dispatcher),
    )
    if (sleptMs > LONGEST_NAP_MS) for (const call of underWay) call.interrupt(networkChanged())
  }

  const watch = createSleepWatch(clock, renew)
  return {
    async fetch(call) {
      watch.look()
      return dispatchCall(route, call, watch)
    },
    renew,
    async close() {
      await Promise.all([...retired, route.dispatcher].map((dispatcher) => dispatcher.destroy()))
    },
  }
}

/** What was under way when the machine slept for longer than this has lost its connection, whether it knows or not. */
const LONGEST_NAP_MS = 30_000

function networkChanged(): ChatError {
  return new ChatError('upstream-unavailable', 'The network changed while the answer was under way', {
    code: 'network_changed',
  })
}

function createDispatcher(network: Network): Agent | ProxyAgent {
  const options = {
    connect: { timeout: network.connectMs, lookup: createGuardedLookup(network.privateNetwork) },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: network.headerBytes,
    keepAliveTimeout: 30_000,
    connections: 256,
    pipelining: 1,
  }
  return network.proxyUrl === null
    ? new Agent(options)
    : new ProxyAgent({ ...options, uri: network.proxyUrl })
}

/** A literal address never goes through the lookup, so it is checked here. */
function refuseLiteral(url: URL, network: Network): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!/^[\d.]+$|:/.test(host)) return
  const refusal = refuseAddress(host, network.privateNetwork)
  if (refusal !== undefined) throw readNetworkError(refusedError(refusal), url.host)
}

type Route = {
  readonly dispatcher: Agent | ProxyAgent
  readonly underWay: Set<AnswerHandler>
  readonly network: Network
  readonly clock: Clock
  /** How many connections this dispatcher has opened so far. */
  readonly connections: { readonly made: number }
}

function dispatchCall(route: Route, call: UpstreamCall, watch: SleepWatch): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    call.signal.throwIfAborted()
    refuseLiteral(call.url, route.network)
    const handler = new AnswerHandler(call, { ...route, watch }, resolve, reject)
    route.dispatcher.dispatch(
      {
        origin: call.url.origin,
        path: call.url.pathname + call.url.search,
        method: call.method,
        headers: call.headers,
        body: call.body ?? null,
      },
      handler,
    )
  })
}

/** Carries one call through undici's callbacks. Has a life: waiting for the head, flowing, over. */
class AnswerHandler implements Dispatcher.DispatchHandler, UpstreamAnswer {
  status = 0
  headers: Record<string, string | undefined> = {}
  readonly #call: UpstreamCall
  readonly #route: Route & { readonly watch: SleepWatch }
  readonly #connectionsBefore: number
  readonly #resolve: (answer: UpstreamAnswer) => void
  readonly #reject: (error: unknown) => void
  readonly #onAbort: () => void
  #timer: Timer | undefined
  #controller: Dispatcher.DispatchController | undefined
  #sink: DecodingSink | undefined
  #early: Uint8Array[] = []
  #over = false
  #endedEarly = false
  #failedEarly: ChatError | undefined
  #bytes = 0

  constructor(
    call: UpstreamCall,
    route: Route & { readonly watch: SleepWatch },
    resolve: (answer: UpstreamAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#call = call
    this.#route = route
    this.#connectionsBefore = route.connections.made
    this.#resolve = resolve
    this.#reject = reject
    this.#onAbort = () => this.#stop(call.signal.reason)
    call.signal.addEventListener('abort', this.#onAbort, { once: true })
    route.underWay.add(this)
    route.watch.begin()
    this.#arm(call.firstByteMs, 'first_byte_timeout', 'sent no answer')
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#call.signal.aborted) controller.abort(toError(this.#call.signal.reason))
  }

  onRequestSent(): void {
    this.#call.onSent?.()
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: object): void {
    if (status < 200) return
    this.#controller = controller
    this.status = status
    this.headers = flattenHeaders(headers)
    this.#timer?.cancel()
    controller.pause()
    this.#resolve(this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#timer?.restart()
    if (this.#over) return
    if (this.#sink === undefined) this.#early.push(chunk)
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
    this.#sink = decodingSink(sink, this.headers['content-encoding'], this.#call.maxBytes, () =>
      this.resume(),
    )
    if (this.#failedEarly !== undefined) return this.#sink.fail(this.#failedEarly)
    for (const chunk of this.#early) this.#give(chunk)
    this.#early = []
    if (this.#endedEarly) return this.#sink.end()
    this.resume()
  }

  resume(): void {
    this.#sink?.resume()
    if (this.#over) return
    this.#timer?.cancel()
    this.#arm(this.#call.idleMs, 'idle_timeout', 'went silent')
    this.#controller?.resume()
  }

  abort(): void {
    this.#finish()
    this.#sink?.close()
    this.#controller?.abort(new Error('closed'))
  }

  /** Ends the call with a reason of ours. */
  interrupt(reason: ChatError): void {
    this.#stop(reason)
  }

  #give(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length
    if (this.#bytes > this.#call.maxBytes) {
      this.#stop(
        new ChatError('upstream-changed', 'The upstream sent more than Portside takes', {
          code: 'too_large',
        }),
      )
      return true
    }
    return this.#sink?.bytes(chunk) ?? true
  }

  #pause(controller: Dispatcher.DispatchController): void {
    this.#timer?.cancel()
    controller.pause()
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
    if (this.#sink !== undefined) this.#sink.fail(error)
    else if (this.status === 0) this.#reject(error)
    else this.#failedEarly = error
  }

  #finish(): void {
    this.#over = true
    this.#timer?.cancel()
    if (this.#route.underWay.delete(this)) this.#route.watch.end()
    this.#call.signal.removeEventListener('abort', this.#onAbort)
  }
}

function staleSocket(error: ChatError): ChatError {
  return new ChatError('upstream-unavailable', error.message, { code: 'stale_socket', cause: error.cause })
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

/** Repeated headers are joined as HTTP says; `set-cookie` is never passed on, so its order does not matter. */
function flattenHeaders(headers: object): Record<string, string | undefined> {
  const flat: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(headers))
    flat[name] = Array.isArray(value) ? value.join(', ') : String(value)
  return flat
}
