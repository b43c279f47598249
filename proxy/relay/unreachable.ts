import { ChatError } from '../chat/chat-error.ts'

const RETRY_AFTER_MS = 5000
const NONE: readonly string[] = []

/** Watches how the attempts of one request fail, to tell a machine without a network from an upstream in trouble. */
export class Unreachable {
  readonly #hasNetwork: () => boolean
  #unknownNames = NONE
  #noRoute = 0
  #others = 0

  constructor(hasNetwork: () => boolean) {
    this.#hasNetwork = hasNetwork
  }

  /** Takes a failed attempt. Gives its provider back where it failed on this machine: no account of it can do better. */
  note({ code }: ChatError, provider: string): string | undefined {
    if (code === 'network') this.#noRoute++
    else if (code !== 'dns') this.#others++
    else if (!this.#unknownNames.includes(provider)) this.#unknownNames = [...this.#unknownNames, provider]
    return code === 'network' || code === 'dns' ? provider : undefined
  }

  /**
   * The error that the client gets for the last one: `network-offline` where no attempt got out (FM-5). A single name that
   * nobody knows is a wrong name while there is a network; several at once, or one without a network, is the network.
   */
  tell(error: ChatError): ChatError {
    if (this.#others > 0 || (error.code !== 'network' && error.code !== 'dns')) return error
    if (this.#noRoute === 0 && this.#unknownNames.length === 1 && this.#hasNetwork()) return error
    return new ChatError('network-offline', `This machine seems to have no network. ${error.message}`, {
      code: 'network_offline',
      retryAfterMs: RETRY_AFTER_MS,
      cause: error,
    })
  }
}
