import type { Settings } from '../../contract/settings.ts'
import { isKeyWeak } from './local-keys.ts'

/** One rule that a combination of switches breaks. */
export type Violation = {
  readonly rule: 'I1' | 'I2' | 'I3'
  /** The settings whose combination it is. */
  readonly switches: readonly string[]
  readonly message: string
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** True where nobody but this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host)
}

/**
 * The combinations that are never allowed: I1 anonymous use with any origin, I2 an admin door without a key,
 * I3 a wide bind without a required strong key and a list of host names.
 */
export function checkInvariants(settings: Settings): Violation[] {
  return [...checkAnonymousUse(settings), ...checkAdmin(settings), ...checkWideBind(settings)]
}

function checkAnonymousUse({ server }: Settings): Violation[] {
  if (server.auth !== 'off' || server.cors.mode !== 'any') return []
  const message = 'use without a key and requests from any web page cannot both be on'
  return [{ rule: 'I1', switches: ['server.auth', 'server.cors.mode'], message }]
}

function checkAdmin({ server }: Settings): Violation[] {
  if (server.admin.mode !== 'on' || server.admin.keyHash !== null) return []
  return [{ rule: 'I2', switches: ['server.admin.mode'], message: 'the admin door needs an admin key' }]
}

function checkWideBind(settings: Settings): Violation[] {
  const { server } = settings
  if (isLoopback(server.host)) return []
  const broken: Violation[] = []
  const add = (name: string, message: string) =>
    broken.push({ rule: 'I3', switches: ['server.host', name], message })
  if (server.auth === 'off') add('server.auth', 'an address that others can reach needs a key')
  if (settings.keys.some(isKeyWeak))
    add('keys', 'an address that others can reach needs strong keys; replace the weak one')
  if (server.directToken.mode === 'on')
    add('server.directToken', 'an address that others can reach takes local keys alone')
  if (server.allowedHosts.length === 0 || server.allowedHosts.includes('*')) {
    add('server.allowedHosts', 'an address that others can reach needs the host names it may be called by')
  }
  return broken
}

/** The same settings with every broken rule put on its safe side. */
export function makeSafe(settings: Settings): Settings {
  const rules = new Set(checkInvariants(settings).map((violation) => violation.rule))
  if (rules.size === 0) return settings
  const server = { ...settings.server }
  if (rules.has('I1')) {
    server.auth = 'required'
    server.cors = { ...server.cors, mode: 'allowlist' }
  }
  if (rules.has('I2')) server.admin = { ...server.admin, mode: 'off' }
  if (rules.has('I3')) server.host = '127.0.0.1'
  return { ...settings, server }
}

/** What the person is told about a combination that was not put in force. */
export function describeViolation({ rule, switches, message }: Violation): string {
  return `config.unsafe_combination: ${switches.join(' + ')}: ${message} (${rule}); Portside runs on the safe side and left the file as it is`
}
