import { createHash } from 'node:crypto'
import { ChatError } from '../chat/chat-error.ts'

const LONGEST_KEY = 255

export type KeyedRequest = {
  /** The local key's id: keys of different callers never meet. */
  readonly owner: string
  readonly path: string
  /** The client's `Idempotency-Key`. */
  readonly key: string
  readonly body: Uint8Array
}

/** The requests with an `Idempotency-Key` that are being answered now. */
export type Idempotency = {
  /**
   * Begins one; the answer ends it. Throws `request-in-progress` where the same request is under way already, so that
   * it is never sent to an upstream twice, and `key-reused` where the key belongs to another one (REL-11).
   */
  begin(request: KeyedRequest): () => void
}

/** Only what is under way is held: there are never more than connections. */
export function createIdempotency(): Idempotency {
  const running = new Map<string, string>()
  return {
    begin({ owner, path, key, body }) {
      if (key.length > LONGEST_KEY)
        throw new ChatError('invalid-request', `Idempotency-Key is longer than ${LONGEST_KEY} characters`)
      const name = JSON.stringify([owner, path, key])
      const hash = createHash('sha256').update(body).digest('base64')
      const known = running.get(name)
      if (known === hash)
        throw new ChatError(
          'request-in-progress',
          'A request with this Idempotency-Key is being answered now',
        )
      if (known !== undefined)
        throw new ChatError('key-reused', 'Another request with this Idempotency-Key is being answered now')
      running.set(name, hash)
      return () => void running.delete(name)
    },
  }
}
