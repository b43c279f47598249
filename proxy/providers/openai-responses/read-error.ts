import { ChatError } from '../../chat/chat-error.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickText } from '../../chat/pick-fields.ts'
import { readErrorText } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { ErrorResponse } from '../wire-codec.ts'

/** Reads a failed answer, whatever its envelope. */
export function readError({ status, text }: ErrorResponse): ChatError {
  return withDelay(upstreamError(readErrorText(text), status))
}

/** Reads the `error` of a failed response. */
export function readFailure(error: JsonObject | undefined): ChatError {
  const code = pickText(error, 'code')
  const type = pickText(error, 'type')
  return withDelay(
    upstreamError({
      message: pickText(error, 'message') ?? '',
      ...(code === undefined ? {} : { code }),
      ...(type === undefined ? {} : { type }),
    }),
  )
}

/** OpenAI says in words when to come back: "Please try again in 3.2s" (seen 2026-11). */
function withDelay(error: ChatError): ChatError {
  const told = /try again in\s*(\d+(?:\.\d+)?)\s*(ms|s\b|seconds?)/i.exec(error.message)
  if (told === null || error.retryAfterMs !== undefined) return error
  const retryAfterMs = Math.ceil(Number(told[1]) * (told[2] === 'ms' ? 1 : 1000))
  const { kind, message, code, param, upstreamStatus, details } = error
  return new ChatError(kind, message, {
    retryAfterMs,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
    ...(details === undefined ? {} : { details }),
  })
}
