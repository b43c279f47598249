import { connect, isIP, type LookupFunction, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type BytesTaker, ReadMemory } from './read-memory.ts'

export type Place = {
  readonly isTls: boolean
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
}

/** What is remembered of the last TLS connection, so that the next one is made in fewer steps. */
export type TlsMemory = { session?: Buffer }

const PROBE_AFTER_MS = 60_000

/** Begins to connect. The certificate is always verified. What comes goes to `take`; there is no event `data`. */
export function dial(place: Place, lookup: LookupFunction, memory: TlsMemory, take: BytesTaker): Socket {
  const onread = new ReadMemory(take)
  const socket = place.isTls
    ? dialTls(place, lookup, memory, onread)
    : connect({ ...placeOf(place), lookup, onread })
  // A peer that has gone without a word is noticed, if nothing else does it.
  socket.setNoDelay(true)
  socket.setKeepAlive(true, PROBE_AFTER_MS)
  return socket
}

function dialTls(place: Place, lookup: LookupFunction, memory: TlsMemory, onread: OnReadOpts): TLSSocket {
  const socket = connectTls({
    ...placeOf(place),
    // Its types leave this out.
    ...{ onread },
    lookup,
    ALPNProtocols: ['http/1.1'],
    // An address is no name: the certificate is held against `host` then.
    ...(isIP(place.host) === 0 ? { servername: place.host } : {}),
    ...(memory.session === undefined ? {} : { session: memory.session }),
  })
  socket.on('session', (session) => {
    memory.session = session
  })
  return socket
}

function placeOf({ host, port }: Place): { host: string; port: number } {
  return { host, port }
}
