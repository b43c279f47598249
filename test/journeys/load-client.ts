import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const CLIENTS = join(import.meta.dirname, '../clients')

/** Says whether a published package is installed in `test/clients` (`npm test` installs it). */
export function hasPackage(name: string): boolean {
  return existsSync(join(CLIENTS, 'node_modules', name))
}

/**
 * Loads a published package of `test/clients`, typed as far as a journey uses it: its own types would make the checks
 * of Portside need the package.
 */
export async function loadClient<Package>(name: string): Promise<Package> {
  const { load } = await import(pathToFileURL(join(CLIENTS, 'load.mjs')).href)
  return load(name)
}
