import { networkInterfaces } from 'node:os'

/** Says whether this machine has an address that others could reach: neither its own loopback nor a self-given one. */
export function hasNetwork(): boolean {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ internal, address }) => !internal && !/^(169\.254\.|fe80:)/i.test(address))
}
