import { connect, type Socket } from 'node:net'
import { type RunningPortside, TEST_KEY } from '../support/start-portside.ts'
import { type ClientView, readClient } from './read-client.ts'
import type { Cell, Inbound } from './row.ts'

export const PATHS: Readonly<Record<Inbound, string>> = {
  openai: '/v1/chat/completions',
  anthropic: '/v1/messages',
  responses: '/v1/responses',
}

/** A request of a cell's protocol whose last message carries `name`, by which the simulator knows it. */
export function bodyOf({ inbound, mode }: Cell, name: string): Record<string, unknown> {
  const common = { model: 'm', stream: mode === 'stream' }
  const messages = [{ role: 'user', content: `please answer ${name}` }]
  if (inbound === 'responses') return { ...common, max_output_tokens: 50, input: messages }
  return { ...common, max_tokens: 50, messages }
}

/** Asks as a cell's client does, and reads the answer as strictly. */
export async function ask(portside: RunningPortside, cell: Cell, name: string): Promise<ClientView> {
  const response = await portside.post(PATHS[cell.inbound], bodyOf(cell, name))
  return readClient(response, cell.inbound, cell.mode)
}

/** The bytes of a request, for clients that misbehave. */
export function bytesOf(cell: Cell, name: string): string {
  const body = JSON.stringify(bodyOf(cell, name))
  return `${headOf(cell, body.length)}${body}`
}

export function headOf({ inbound }: Cell, length: number): string {
  return [
    `POST ${PATHS[inbound]} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${TEST_KEY}`,
    'content-type: application/json',
    `content-length: ${length}`,
    '',
    '',
  ].join('\r\n')
}

/** Asks on a bare socket: such a client can go away, half-close, or read nothing. */
export function askRaw(port: number, cell: Cell, name: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  socket.write(bytesOf(cell, name))
  return socket
}

/** What a client saw, in a word or two. */
export function sayView({ seen, status }: ClientView): string {
  if (seen === 'answered') return 'answered'
  return seen === 'broken' ? 'error frame' : String(status)
}
