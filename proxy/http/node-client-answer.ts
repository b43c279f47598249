import type { ServerResponse } from 'node:http'
import type { ClientAnswer } from '../relay/client-answer.ts'

/** The way back to a client over Node's HTTP. `onEnd` is told the number of body bytes that were written. */
export function createNodeClientAnswer(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): ClientAnswer {
  return {
    sendHead(status, more, isFollowed) {
      if (response.headersSent || response.destroyed) return
      response.writeHead(status, { ...headers, ...more })
      if (!isFollowed) response.flushHeaders()
    },
    sendWhole(status, more, body) {
      if (response.headersSent || response.destroyed) return
      const length = body.reduce((sum, piece) => sum + piece.length, 0)
      response.writeHead(status, { ...headers, ...more, 'content-length': length })
      if (body.length === 1) return void response.end(body[0])
      response.cork()
      for (const piece of body) response.write(piece)
      response.end()
    },
    write: (chunk) => response.destroyed || response.write(chunk),
    whenDrained() {
      if (response.destroyed || !response.writableNeedDrain) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          response.off('drain', done)
          response.off('close', done)
          resolve()
        }
        response.on('drain', done)
        response.on('close', done)
      })
    },
    end: (chunk) => void (response.destroyed || response.end(chunk)),
    destroy: () => void response.destroy(),
  }
}
