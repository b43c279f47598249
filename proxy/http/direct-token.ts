import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { LogRow } from '../request-log/request-log.ts'
import type { KeyRing } from '../settings/local-keys.ts'
import { isWeakKey } from '../settings/weak-keys.ts'
import { type GuardFacts, presentedKey } from './guard.ts'
import type { Match } from './match-route.ts'

/** A caller's own upstream credential, good for the one request that brought it (SEC-14). */
export type DirectToken = {
  readonly token: string
  /** Stands for the caller in memory and rows; nothing leads from it to the token. */
  readonly owner: string
  readonly provider: string
}

/** What begins like a local key is one that was mistyped or revoked: it is shown to nobody. */
const LIKE_OURS = /^ps[-_]/i
const SALT = randomBytes(32)

/**
 * Says whether a request brings an upstream token in the place of a local key: only where the settings allow it, on
 * routes that ask a model, and for nothing that is, was or looks like a local key. Undefined: it has to bring a key.
 */
export function readDirectToken(
  request: IncomingMessage,
  { route, provider }: Match,
  { settings }: GuardFacts,
  ring: KeyRing,
): DirectToken | undefined {
  const { directToken, acceptWeakKeys } = settings.server
  if (directToken.mode === 'off' || !isFor(route)) return undefined
  if (ring.hasWeakKey && !acceptWeakKeys) return undefined
  const token = presentedKey(request)
  if (token === undefined || LIKE_OURS.test(token) || isWeakKey(token) || ring.knows(token)) return undefined
  // Another provider's prefix is another provider's request.
  if (provider !== undefined && provider !== directToken.provider) return undefined
  return { token, owner: nameCaller(token), provider: directToken.provider }
}

function isFor({ isHot, policy }: Match['route']): boolean {
  return policy === 'model-list' || (policy === 'local-key' && isHot === true)
}

function nameCaller(token: string): string {
  return `direct-${createHmac('sha256', SALT).update(token).digest('hex').slice(0, 12)}`
}

/** The row of a request whose bodies may hold a secret that no store knows: they are not kept. */
export function withoutBodies(row: LogRow): LogRow {
  return {
    id: row.id,
    update: (patch) => row.update(patch),
    change: (set) => row.change(set),
    addAttempt: (attempt) => row.addAttempt(attempt),
    captureRequest: () => undefined,
    captureResponse: () => undefined,
    close: (outcome) => row.close(outcome),
  }
}
