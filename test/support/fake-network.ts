import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/** What happens to whoever looks a host up, or dials it: an error code of the system. */
export type Weather = { readonly lookUp?: string; readonly dial?: string }

/**
 * Lets the system's own lookups and dials of some hosts fail with a code, as they do on a machine without a network.
 * All other hosts are left alone. The answer ends it.
 */
export function fakeNetwork(hosts: Readonly<Record<string, Weather>>): () => void {
  const { lookup } = dns
  const { connect } = net
  const fail = (what: string, code: string) => Object.assign(new Error(`${what} ${code}`), { code })
  const fakeLookup = (host: string, ...rest: unknown[]) => {
    const code = hosts[host]?.lookUp
    if (code === undefined) return Reflect.apply(lookup, dns, [host, ...rest])
    const tell = rest.at(-1) as (error: Error) => void
    process.nextTick(tell, fail(`getaddrinfo ${host}`, code))
  }
  const fakeConnect = (...parts: unknown[]) => {
    const [where] = parts as [{ readonly host?: string }]
    const code = hosts[where.host ?? '']?.dial
    if (code === undefined) return Reflect.apply(connect, net, parts)
    const socket = new net.Socket()
    process.nextTick(() => socket.destroy(fail(`connect to ${where.host}`, code)))
    return socket
  }
  Object.assign(dns, { lookup: fakeLookup })
  Object.assign(net, { connect: fakeConnect })
  syncBuiltinESMExports()
  return () => {
    Object.assign(dns, { lookup })
    Object.assign(net, { connect })
    syncBuiltinESMExports()
  }
}
