import { assertNever } from '../../chat/assert-never.ts'
import type { JsonObject } from '../../chat/json.ts'
import type { FinishReason } from '../../chat/stream-part.ts'

/**
 * How an answer ended: an answer that was cut short is incomplete, which is no failure. A model that declines in words
 * has completed its answer; only one that was stopped has not.
 */
export function encodeFinish(
  reason: FinishReason,
  hasRefusal: boolean,
): JsonObject & { readonly status: string } {
  switch (reason) {
    case 'stop':
    case 'tool-calls':
      return { status: 'completed', error: null, incomplete_details: null }
    case 'length':
      return { status: 'incomplete', error: null, incomplete_details: { reason: 'max_output_tokens' } }
    case 'refused':
      if (hasRefusal) return { status: 'completed', error: null, incomplete_details: null }
      return { status: 'incomplete', error: null, incomplete_details: { reason: 'content_filter' } }
    default:
      return assertNever(reason)
  }
}
