import type { Clock } from '../clock.ts'
import type { UpstreamCall } from './answer-handler.ts'
import type { Network, WayOut } from './fetch-upstream.ts'
import type { CallListener } from './http1/call-listener.ts'
import { ConnectionPool } from './http1/connection-pool.ts'
import { type WrittenHeads, type WrittenRequest, writeRequest } from './http1/write-request.ts'
import { createGuardedLookup } from './refuse-address.ts'

/** Where a URL leads, and what its requests say of that. */
type Destination = { readonly pool: ConnectionPool; readonly target: string; readonly host: string }

/** Straight to the upstreams, over connections of our own (docs/decisions/0010 says why). */
export function createDirectWay(network: Network, clock: Clock): WayOut {
  const { connectMs, headerBytes } = network
  const options = { clock, connectMs, headerBytes, lookup: createGuardedLookup(network.privateNetwork) }
  /** By origin: a provider has a few. */
  const pools = new Map<string, ConnectionPool>()
  /** The same few URLs come with every call; to take one apart costs more than to find it here. */
  const destinations = new WeakMap<URL, Destination>()
  const heads: WrittenHeads = new WeakMap()
  let isClosed = false

  function poolOf(url: URL): ConnectionPool {
    const known = pools.get(url.origin)
    if (known !== undefined) return known
    const isTls = url.protocol === 'https:'
    const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port)
    const pool = new ConnectionPool({ isTls, host: url.hostname.replace(/^\[|\]$/g, ''), port }, options)
    if (isClosed) pool.close()
    pools.set(url.origin, pool)
    return pool
  }

  function destinationOf(url: URL): Destination {
    const known = destinations.get(url)
    if (known !== undefined) return known
    const destination = { pool: poolOf(url), target: url.pathname + url.search, host: url.host }
    destinations.set(url, destination)
    return destination
  }

  function send({ url, method, headers, body }: UpstreamCall, listener: CallListener): void {
    const { pool, target, host } = destinationOf(url)
    let request: WrittenRequest
    try {
      request = writeRequest({ method, target, host, headers, body }, heads)
    } catch (error) {
      return listener.onResponseError(error instanceof Error ? error : new Error(String(error)), false)
    }
    pool.send({ request, listener })
  }

  return {
    send,
    renew() {
      for (const pool of pools.values()) pool.renew()
    },
    async close() {
      isClosed = true
      for (const pool of pools.values()) pool.close()
    },
  }
}
