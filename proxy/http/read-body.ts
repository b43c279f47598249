import { Buffer } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { ChatError } from '../chat/chat-error.ts'

/**
 * Reads a request's body, at most `maxBytes`; counts the bytes that come and trusts no Content-Length (SEC-28). Rejects
 * with `too-large`, or `cancelled` where the client went away.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > maxBytes) return Promise.reject(tooLarge(maxBytes))
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    return Promise.reject(new ChatError('unsupported-media', 'Send the body without content-encoding'))
  return new Promise((resolve, reject) => {
    let chunks: Uint8Array[] | undefined
    let total = 0
    request.on('data', (chunk: Uint8Array) => {
      total += chunk.length
      if (total > maxBytes) {
        request.removeAllListeners('data')
        request.pause()
        reject(tooLarge(maxBytes))
        // Nearly every body is one chunk; pushed into an empty array it would have room for seventeen.
      } else if (chunks === undefined) chunks = [chunk]
      else chunks.push(chunk)
    })
    request.on('end', () => resolve(join(chunks ?? [], total)))
    // An error comes with it; nobody listens to that, which Node takes for a request that was broken off.
    request.on('close', () => request.complete || reject(gone()))
  })
}

function join(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const [first] = chunks
  if (chunks.length === 1 && first !== undefined) return first
  const whole = Buffer.concat(chunks, total)
  for (const chunk of chunks) release(chunk)
  return whole
}

/**
 * Gives a chunk's memory back now. V8 takes bytes outside its heap for a reason to collect all of it: with bodies of
 * 200 KB, held twice, half of the time of a request went there.
 */
function release({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
}

function tooLarge(maxBytes: number): ChatError {
  return new ChatError('too-large', `The request body is larger than ${maxBytes} bytes (limits.bodyBytes)`, {
    code: 'request_too_large',
  })
}

function gone(): ChatError {
  return new ChatError('cancelled', 'The client went away before its request was complete')
}
