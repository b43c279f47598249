import { ChatError } from '../chat/chat-error.ts'

const RETRY_AFTER_MS = 5000

/** Watches how the attempts of one request fail, to tell a machine without a network from an upstream in trouble. */
export type Unreachable = {
  /** Takes a failed attempt. Gives its provider back where it failed on this machine: no account of it can do better. */
  note(error: ChatError, provider: string): string | undefined
  /** The error that the client gets for the last one: `network-offline` where no attempt got out (FM-5). */
  tell(error: ChatError): ChatError
}

/**
 * A single name that nobody knows is a wrong name while there is a network; several at once, or one without a network,
 * is the network.
 */
export function watchUnreachable(hasNetwork: () => boolean): Unreachable {
  const unknownNames = new Set<string>()
  let noRoute = 0
  let others = 0
  return {
    note({ code }, provider) {
      if (code === 'network') noRoute++
      else if (code === 'dns') unknownNames.add(provider)
      else others++
      return code === 'network' || code === 'dns' ? provider : undefined
    },
    tell(error) {
      if (others > 0 || (error.code !== 'network' && error.code !== 'dns')) return error
      if (noRoute === 0 && unknownNames.size === 1 && hasNetwork()) return error
      return new ChatError('network-offline', `This machine seems to have no network. ${error.message}`, {
        code: 'network_offline',
        retryAfterMs: RETRY_AFTER_MS,
        cause: error,
      })
    },
  }
}
