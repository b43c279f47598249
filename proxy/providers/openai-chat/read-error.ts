import type { ChatError } from '../../chat/chat-error.ts'
import { readErrorText } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { ErrorResponse } from '../wire-codec.ts'

/** Reads a failed answer, whatever its envelope. */
export function readError({ status, text }: ErrorResponse): ChatError {
  return upstreamError(readErrorText(text), status)
}
