import { asBuffer } from '../as-buffer.ts'
import { ChatError } from '../chat/chat-error.ts'
import type { Attempt } from './attempt.ts'

const MASK = '[redacted]'
/** Shorter values are words, not secrets: masking them would eat ordinary text. */
const SHORTEST = 8

/** What an attempt sent to prove itself: an upstream may repeat it in its error text. */
export function secretsOf({ lease, ports }: Pick<Attempt, 'lease' | 'ports'>): readonly string[] {
  const provider = ports.provider(lease.provider)
  const headers = provider.kind === 'wire' ? Object.values(provider.headers) : []
  return [lease.account.credential, ...headers].filter((secret) => secret.length >= SHORTEST)
}

/** The same error without the upstream credential in its text: the client must never see it. */
export function withoutSecrets(error: ChatError, secrets: readonly string[]): ChatError {
  const message = mask(error.message, secrets)
  if (message === error.message) return error
  return new ChatError(error.kind, message, {
    ...(error.code === undefined ? {} : { code: mask(error.code, secrets) }),
    ...(error.param === undefined ? {} : { param: mask(error.param, secrets) }),
    ...(error.upstreamStatus === undefined ? {} : { upstreamStatus: error.upstreamStatus }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  })
}

export function holdsSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  const text = asBuffer(bytes)
  return secrets.some((secret) => text.includes(secret))
}

function mask(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text)
}
