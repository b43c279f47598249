import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node'
import type { ControlRouter } from './create-control.ts'

const MAX_BODY_BYTES = 1024 * 1024

export const CONTROL_RPC_PREFIX = '/control/rpc'
export const CONTROL_API_PREFIX = '/control/api'

export type ControlHttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Answers the control contract over HTTP under `/control/rpc`. The caller has authenticated the request. */
export function createControlHttpHandler(router: ControlRouter): ControlHttpHandler {
  const handler = new RPCHandler(router, { plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY_BYTES })] })
  return (request, response) => answer(handler, CONTROL_RPC_PREFIX, request, response)
}

/** The same as plain HTTP and JSON under `/control/api`, as docs/control.openapi.json describes it. */
export function createControlApiHandler(router: ControlRouter): ControlHttpHandler {
  const handler = new OpenAPIHandler(router, {
    plugins: [new BodyLimitPlugin({ maxBodySize: MAX_BODY_BYTES })],
  })
  return (request, response) => answer(handler, CONTROL_API_PREFIX, request, response)
}

type AnyHandler = Pick<RPCHandler<Record<never, never>>, 'handle'>

async function answer(
  handler: AnyHandler,
  prefix: `/${string}`,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { matched } = await handler.handle(request, response, { prefix, context: {} })
  if (matched) return
  response.writeHead(404, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ code: 'NOT_FOUND', message: 'the control plane has no such call' }))
}
