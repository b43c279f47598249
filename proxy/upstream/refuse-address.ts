import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Never reached, whatever the settings say: this host's zero address, link-local (cloud metadata lives there). */
const NEVER = blockList([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
])

/** Reached only where the provider says `privateNetwork`. */
const PRIVATE = blockList([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
])

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [address = '', prefix = ''] = subnet.split('/')
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Why an address may not be dialled; undefined where it may. */
export function refuseAddress(address: string, privateNetwork: boolean): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (NEVER.check(address, family)) return `${address} is a link-local or reserved address`
  if (!privateNetwork && PRIVATE.check(address, family))
    return `${address} is a private address; set privateNetwork on the provider to allow it`
  return undefined
}

/**
 * A DNS lookup for sockets that gives only addresses that may be dialled: the check is on the address itself, so a
 * name that changes its answer gains nothing (SEC-12).
 */
export function createGuardedLookup(privateNetwork: boolean): LookupFunction {
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const addresses = found as LookupAddress[]
      const refusal = addresses.map((entry) => refuseAddress(entry.address, privateNetwork)).find(Boolean)
      if (refusal !== undefined) return callback(refusedError(refusal), '', 0)
      const first = addresses[0]
      if (first === undefined) return callback(refusedError(`${hostname} has no address`), '', 0)
      if (options.all === true) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
}

/** The error of a refused address; its code is `PORTSIDE_REFUSED_ADDRESS`. */
export function refusedError(reason: string): NodeJS.ErrnoException {
  return Object.assign(new Error(reason), { code: 'PORTSIDE_REFUSED_ADDRESS' })
}
