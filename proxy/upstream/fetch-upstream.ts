import { ChatError } from '../chat/chat-error.ts'
import type { Clock } from '../clock.ts'
import { Slots } from '../slots.ts'
import { AnswerHandler, type UpstreamAnswer, type UpstreamCall } from './answer-handler.ts'
import { createDirectWay } from './direct-way.ts'
import type { CallListener } from './http1/call-listener.ts'
import { readNetworkError } from './network-error.ts'
import { createProxiedWay } from './proxied-way.ts'
import { refuseAddress, refusedError } from './refuse-address.ts'
import { createSleepWatch } from './sleep-watch.ts'

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

/** Connections to upstreams, straight or through a proxy. Each call tells its listener what becomes of it. */
export type WayOut = {
  send(call: UpstreamCall, listener: CallListener): void
  /** Idle connections close now, the others when their answers are over. */
  renew(): void
  /** Cuts all connections at once. */
  close(): Promise<void>
}

/** The way out to one provider: kept connections, no redirects, no retries of its own, addresses checked at the socket. */
export function createUpstreamFetch(network: Network, clock: Clock): UpstreamFetch {
  const underWay = new Slots<AnswerHandler>()
  const way =
    network.proxyUrl === null
      ? createDirectWay(network, clock)
      : createProxiedWay({ ...network, proxyUrl: network.proxyUrl })
  /** URLs without a literal address, or with one that may be dialled. */
  const checked = new WeakSet<URL>()

  function renew(sleptMs: number): void {
    way.renew()
    if (sleptMs > LONGEST_NAP_MS) for (const call of underWay) call.interrupt(networkChanged())
  }

  /** A literal address never goes through the lookup, so it is checked here. */
  function refuseLiteral(url: URL): void {
    if (checked.has(url)) return
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const isLiteral = /^[\d.]+$|:/.test(host)
    const refusal = isLiteral ? refuseAddress(host, network.privateNetwork) : undefined
    if (refusal !== undefined) throw readNetworkError(refusedError(refusal), url.host)
    checked.add(url)
  }

  const watch = createSleepWatch(clock, renew)
  const route = { underWay, clock, watch }
  return {
    fetch(call) {
      watch.look()
      return new Promise((resolve, reject) => {
        call.signal.throwIfAborted()
        refuseLiteral(call.url)
        way.send(call, new AnswerHandler(call, route, resolve, reject))
      })
    },
    renew,
    close: () => way.close(),
  }
}

/** What was under way when the machine slept for longer than this has lost its connection, whether it knows or not. */
const LONGEST_NAP_MS = 30_000

function networkChanged(): ChatError {
  return new ChatError('upstream-unavailable', 'The network changed while the answer was under way', {
    code: 'network_changed',
  })
}
