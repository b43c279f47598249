import type { SupportedMessagePort } from '@orpc/client/message-port'
import { RPCHandler } from '@orpc/server/message-port'
import type { ControlRouter } from './create-control.ts'

/** Answers the control contract on one end of a message channel. Who made the channel has decided who may ask. */
export function serveControlPort(router: ControlRouter, port: SupportedMessagePort): void {
  new RPCHandler(router).upgrade(port, { context: {} })
}
