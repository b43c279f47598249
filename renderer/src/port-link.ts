import type { ClientLink } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'

type Context = Record<never, never>

/** Carries calls over a message port, and asks for a new port after the old one's other end has gone. */
export function createPortLink(receivePort: () => Promise<MessagePort>): ClientLink<Context> {
  let current: Promise<RPCLink<Context>> | undefined

  async function connect(): Promise<RPCLink<Context>> {
    const port = await receivePort()
    port.addEventListener('close', () => {
      current = undefined
    })
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
