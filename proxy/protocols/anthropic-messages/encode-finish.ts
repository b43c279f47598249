import { assertNever } from '../../chat/assert-never.ts'
import type { FinishReason } from '../../chat/stream-part.ts'

export type EncodedStop = { readonly stop_reason: string; readonly stop_sequence: string | null }

export function encodeStop(reason: FinishReason, stopSequence: string | undefined): EncodedStop {
  return {
    stop_reason: stopReason(reason, stopSequence !== undefined),
    stop_sequence: reason === 'stop' ? (stopSequence ?? null) : null,
  }
}

function stopReason(reason: FinishReason, hasSequence: boolean): string {
  switch (reason) {
    case 'stop':
      return hasSequence ? 'stop_sequence' : 'end_turn'
    case 'length':
      return 'max_tokens'
    case 'tool-calls':
      return 'tool_use'
    case 'refused':
      return 'refusal'
    default:
      return assertNever(reason)
  }
}

/** The upstream's id of the answer where it looks like one of this API, else one made of the request's. */
export function encodeId(upstreamId: string | undefined, requestId: string): string {
  return upstreamId?.startsWith('msg_') ? upstreamId : `msg_${requestId}`
}
