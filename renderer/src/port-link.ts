import type { ClientLink } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'

type Context = Record<never, never>

type PortSource = {
  readonly receivePort: () => Promise<MessagePort>
  readonly onGone: (callback: () => void) => void
}

/** Carries calls over a message port, and asks for a new port after the old one's other end has gone. */
export function createPortLink({ receivePort, onGone }: PortSource): ClientLink<Context> {
  let current: Promise<RPCLink<Context>> | undefined
  let open: MessagePort | undefined

  onGone(() => {
    current = undefined
    // The link ends its pending calls at this event, which Chromium itself does not send.
    open?.dispatchEvent(new Event('close'))
    open?.close()
    open = undefined
  })

  async function connect(): Promise<RPCLink<Context>> {
    const port = await receivePort()
    open = port
    const link = new RPCLink<Context>({ port })
    port.start()
    return link
  }

  return {
    call: async (path, input, options) => {
      current ??= connect()
      const link = await current
      return link.call(path, input, options)
    },
  }
}
