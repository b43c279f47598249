import { Agent, request } from 'node:http'
import { TEST_KEY } from '../support/start-portside.ts'
import type { Reply } from './judge.ts'

/** A request that gets no answer in this time hangs. */
const LIMIT_MS = 15_000

export type Sender = { post(path: string, body: Buffer): Promise<Reply>; close(): void }

/** Posts bodies as they are, over connections that are kept. */
export function createSender(port: number, connections: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TEST_KEY}` }
  return {
    post: (path, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request({
          host: '127.0.0.1',
          port,
          path,
          agent,
          method: 'POST',
          headers: { ...headers, 'content-length': body.length },
          timeout: LIMIT_MS,
        })
        outgoing.on('response', (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              contentType: (response.headers['content-type'] ?? '').replace('; charset=utf-8', ''),
              text: Buffer.concat(chunks).toString('utf8'),
            }),
          )
        })
        outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${LIMIT_MS} ms`)))
        outgoing.on('error', reject)
        outgoing.end(body)
      }),
    close: () => agent.destroy(),
  }
}
