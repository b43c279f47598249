import { ChatError, type ErrorDetails, toChatError } from './chat-error.ts'
import { dropAbsent } from './drop-absent.ts'

const MASK = '[redacted]'
/** Shorter values are words: striking them out would spoil ordinary text. */
const SHORTEST = 6

/** The same failure without the account's secrets in its text, should an upstream have repeated one. */
export function hideSecrets(thrown: unknown, secrets: readonly (string | undefined)[]): ChatError {
  const error = toChatError(thrown)
  let { message } = error
  for (const secret of secrets)
    if (secret !== undefined && secret.length >= SHORTEST) message = message.replaceAll(secret, MASK)
  if (message === error.message) return error
  const { code, param, upstreamStatus, retryAfterMs } = error
  return new ChatError(
    error.kind,
    message,
    dropAbsent({ code, param, upstreamStatus, retryAfterMs }) as ErrorDetails,
  )
}
