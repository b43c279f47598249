import type { Settings } from '../../contract/settings.ts'
import { deepFreeze } from './deep-freeze.ts'
import { applyOverlay, type Overlay } from './environment.ts'
import { checkInvariants, describeViolation, isLoopback, makeSafe } from './invariants.ts'
import { SettingsError } from './settings-error.ts'

export type InForce = { readonly settings: Settings; readonly warnings: readonly string[] }

/** What the proxy runs with: the file with the overlay on it, made safe; and what the person must be told. */
export function putInForce(base: Settings, overlay: Overlay): InForce {
  const combined = applyOverlay(base, overlay)
  const warnings = checkInvariants(combined).map(describeViolation)
  const safe = makeSafe(combined)
  if (!overlay.hasWeakAdminKey) return { settings: deepFreeze(safe), warnings }
  if (isLoopback(safe.server.host)) {
    return {
      settings: deepFreeze(safe),
      warnings: [
        ...warnings,
        'config.weak_admin_key: the admin key is an example or shorter than 16 characters; set a long random one',
      ],
    }
  }
  const admin = { mode: 'off' as const, keyHash: null }
  const message =
    'config.unsafe_combination: server.host + PORTSIDE_ADMIN_KEY: an address that others can reach needs a strong admin key (I3); the admin door stays shut'
  return {
    settings: deepFreeze({ ...safe, server: { ...safe.server, admin } }),
    warnings: [...warnings, message],
  }
}

/** What was broken before is on the safe side already; a change may not break more. */
export function refuseUnsafe(next: Settings, before: Settings): void {
  const known = new Set(checkInvariants(before).map(({ message }) => message))
  const broken = checkInvariants(next).filter(({ message }) => !known.has(message))
  if (broken.length === 0) return
  throw new SettingsError(
    'unsafe',
    broken.map(({ switches, message, rule }) => `${switches.join(' + ')}: ${message} (${rule})`),
  )
}
