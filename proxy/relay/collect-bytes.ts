import { ChatError } from '../chat/chat-error.ts'
import type { UpstreamAnswer } from '../upstream/answer-handler.ts'

/** Reads a whole body. Over `maxBytes` it is either cut there (`cut`) or refused (`refuse`). */
export function collectBytes(
  upstream: UpstreamAnswer,
  maxBytes: number,
  over: 'cut' | 'refuse',
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let total = 0
    upstream.consume({
      bytes(chunk) {
        chunks.push(chunk)
        total += chunk.length
        if (total <= maxBytes) return true
        upstream.abort()
        if (over === 'cut') resolve(Buffer.concat(chunks, maxBytes))
        else
          reject(
            new ChatError('upstream-changed', 'The upstream sent more than Portside takes', {
              code: 'too_large',
            }),
          )
        return true
      },
      end: () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
      fail: (error) => (over === 'cut' && total > 0 ? resolve(Buffer.concat(chunks)) : reject(error)),
    })
  })
}
