import { assertNever } from '../../chat/assert-never.ts'
import type { FinishReason } from '../../chat/stream-part.ts'

export function encodeFinish(reason: FinishReason): string {
  switch (reason) {
    case 'stop':
      return 'stop'
    case 'length':
      return 'length'
    case 'tool-calls':
      return 'tool_calls'
    case 'refused':
      return 'content_filter'
    default:
      return assertNever(reason)
  }
}

/** The upstream's id of the answer where it looks like one of this API, else one made of the request's. */
export function encodeId(upstreamId: string | undefined, requestId: string): string {
  return upstreamId?.startsWith('chatcmpl-') ? upstreamId : `chatcmpl-${requestId}`
}
