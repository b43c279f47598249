import { Buffer } from 'node:buffer'
import { ChatError } from '../chat/chat-error.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'

/** Reads a whole body. Over `maxBytes` it is either cut there (`cut`) or refused (`refuse`). */
export async function collectBytes(
  upstream: UpstreamAnswer,
  maxBytes: number,
  over: 'cut' | 'refuse',
): Promise<Uint8Array> {
  return joinBytes(await collectChunks(upstream, maxBytes, over))
}

/** One array of bytes; a single chunk is not copied. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)
}

export function byteLengthOf(chunks: readonly Uint8Array[]): number {
  let length = 0
  for (const chunk of chunks) length += chunk.length
  return length
}

/** Like `collectBytes`, in the pieces that came: a large body is not copied. */
export function collectChunks(
  upstream: UpstreamAnswer,
  maxBytes: number,
  over: 'cut' | 'refuse',
): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let total = 0
    upstream.consume({
      bytes(chunk) {
        chunks.push(chunk)
        total += chunk.length
        if (total <= maxBytes) return true
        upstream.abort()
        if (over === 'cut') resolve([Buffer.concat(chunks, maxBytes)])
        else
          reject(
            new ChatError('upstream-changed', 'The upstream sent more than Portside takes', {
              code: 'too_large',
            }),
          )
        return true
      },
      end: () => resolve(chunks),
      fail: (error) => (over === 'cut' && total > 0 ? resolve(chunks) : reject(error)),
    })
  })
}
