import type { Dispatcher, ProxyAgent } from 'undici'
import type { Network, WayOut } from './fetch-upstream.ts'
import type { AnswerHeaders, CallListener } from './http1/call-listener.ts'
import { transportError } from './http1/transport-error.ts'

type ProxiedNetwork = Network & { readonly proxyUrl: string }

/** The connections of one dispatcher: a call may have been the first on a new one, or not. */
type Dispatching = { readonly dispatcher: ProxyAgent; readonly connections: { made: number } }

/** Through a proxy, with undici, which is loaded when the first call needs it: few have a proxy, and it is a third of all code. */
export function createProxiedWay(network: ProxiedNetwork): WayOut {
  let current: Promise<Dispatching> | undefined
  const retired = new Set<ProxyAgent>()
  let isClosed = false

  return {
    send({ url, method, headers, body }, listener) {
      if (isClosed) return listener.onResponseError(transportError('UND_ERR_DESTROYED'), false)
      current ??= open(network)
      current.then(
        ({ dispatcher, connections }) =>
          dispatcher.dispatch(
            { origin: url.origin, path: url.pathname + url.search, method, headers, body: body ?? null },
            new ProxiedCall(listener, connections),
          ),
        (error: Error) => listener.onResponseError(error, false),
      )
    },
    renew() {
      const before = current
      current = undefined
      void before?.then(({ dispatcher }) => {
        retired.add(dispatcher)
        const isClosed = () => retired.delete(dispatcher)
        dispatcher.close().then(isClosed, isClosed)
      })
    },
    async close() {
      isClosed = true
      const last = await current
      if (last !== undefined) retired.add(last.dispatcher)
      await Promise.all([...retired].map((dispatcher) => dispatcher.destroy()))
    },
  }
}

async function open(network: ProxiedNetwork): Promise<Dispatching> {
  const dispatcher = await createDispatcher(network)
  const connections = { made: 0 }
  dispatcher.on('connect', () => connections.made++)
  return { dispatcher, connections }
}

/**
 * The proxy's own address is the user's choice and may be a private one. What an upstream's name leads to only the proxy
 * knows: it resolves the names, so that only literal addresses can be refused here.
 */
async function createDispatcher({ proxyUrl, connectMs, headerBytes }: ProxiedNetwork): Promise<ProxyAgent> {
  const { Pool, ProxyAgent } = await import('undici')
  const ways = {
    // The straight way speaks no other version either.
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: headerBytes,
    keepAliveTimeout: 30_000,
    // As many as there are requests: these are bounded by the accounts and by `limits.connections`.
    connections: null,
    pipelining: 1,
  }
  return new ProxyAgent({
    uri: proxyUrl,
    connectTimeout: connectMs,
    ...ways,
    // Left to itself, the agent would carry requests without a tunnel by its own defaults.
    factory: (origin, given) => new Pool(origin, { ...ways, ...given }),
  })
}

/** Tells a call's listener what undici tells. */
class ProxiedCall implements Dispatcher.DispatchHandler {
  readonly #listener: CallListener
  readonly #connections: { readonly made: number }
  readonly #madeBefore: number
  #hasBegun = false

  constructor(listener: CallListener, connections: { readonly made: number }) {
    this.#listener = listener
    this.#connections = connections
    this.#madeBefore = connections.made
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#listener.onRequestStart(controller)
  }

  onRequestSent(): void {
    this.#listener.onRequestSent()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: object): void {
    if (status < 200) return
    this.#hasBegun = true
    this.#listener.onResponseStart(status, flattenHeaders(headers))
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#listener.onResponseData(chunk)
  }

  onResponseEnd(): void {
    this.#listener.onResponseEnd()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    // undici does not say which connection it was. Where none was opened since, it was a kept one.
    const wasKept = !this.#hasBegun && this.#connections.made === this.#madeBefore
    this.#listener.onResponseError(error, wasKept)
  }
}

/** Repeated headers are joined as HTTP says; `set-cookie` is never passed on, so its order does not matter. */
function flattenHeaders(headers: object): AnswerHeaders {
  const flat: Record<string, string | undefined> = {}
  const given = headers as Readonly<Record<string, unknown>>
  for (const name in given) {
    const value = given[name]
    flat[name] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return flat
}
