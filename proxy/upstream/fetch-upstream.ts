import { Agent, ProxyAgent } from 'undici'
import { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import { Slots } from '../slots.ts'
import { AnswerHandler, type CallRoute, type UpstreamAnswer, type UpstreamCall } from './answer-handler.ts'
import { readNetworkError } from './network-error.ts'
import { createGuardedLookup, refuseAddress, refusedError } from './refuse-address.ts'
import { createSleepWatch, type SleepWatch } from './sleep-watch.ts'

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
  const underWay = new Slots<AnswerHandler>()
  const open = (): Route => {
    const dispatcher = createDispatcher(network)
    const connections = { made: 0 }
    dispatcher.on('connect', () => connections.made++)
    return { dispatcher, network, clock, connections, underWay, checked: new WeakSet() }
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
    fetch(call) {
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
    // As many as there are requests: these are bounded by the accounts and by `limits.connections`.
    connections: null,
    pipelining: 1,
  }
  return network.proxyUrl === null
    ? new Agent(options)
    : new ProxyAgent({ ...options, uri: network.proxyUrl })
}

/** A literal address never goes through the lookup, so it is checked here. */
function refuseLiteral(url: URL, { network, checked }: Route): void {
  if (checked.has(url)) return
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!/^[\d.]+$|:/.test(host)) return void checked.add(url)
  const refusal = refuseAddress(host, network.privateNetwork)
  if (refusal !== undefined) throw readNetworkError(refusedError(refusal), url.host)
  checked.add(url)
}

type Route = CallRoute & {
  readonly dispatcher: Agent | ProxyAgent
  readonly network: Network
  /** URLs without a literal address, or with one that may be dialled. */
  readonly checked: WeakSet<URL>
}

function dispatchCall(route: Route, call: UpstreamCall, watch: SleepWatch): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    call.signal.throwIfAborted()
    refuseLiteral(call.url, route)
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
