import { ChatError } from '../../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../../chat/json.ts'
import { parseJson, pickObject, pickRecords, pickText } from '../../chat/pick-fields.ts'
import { readErrorText, readErrorValue } from '../../chat/read-error-envelope.ts'
import { upstreamError } from '../../chat/upstream-error.ts'
import type { ErrorResponse } from '../wire-codec.ts'

/** Reads a failed answer: an error object, or a list that holds one. */
export function readError({ status, text }: ErrorResponse): ChatError {
  return withDetails(upstreamError(readErrorText(text), status), parseJson(text))
}

/** The error that an event of a stream is, where it is one. */
export function readErrorEvent(value: unknown): ChatError | undefined {
  const envelope = readErrorValue(value)
  return envelope === undefined ? undefined : withDetails(upstreamError(envelope), value)
}

/** Google says in `details` how long to wait, and that a 400 is about the key (seen 2026-11). */
function withDetails(error: ChatError, value: unknown): ChatError {
  const details = detailsOf(value)
  const isKey = details.some((detail) => pickText(detail, 'reason') === 'API_KEY_INVALID')
  const retryAfterMs = details.map(readDelay).find((delay) => delay !== undefined)
  if (!isKey && retryAfterMs === undefined) return error
  const { code, param, upstreamStatus, message } = error
  const text = isKey ? `The upstream refused the account's credential: ${message}` : message
  return new ChatError(isKey ? 'upstream-auth' : error.kind, text, {
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function detailsOf(value: unknown): readonly JsonObject[] {
  const body: unknown = Array.isArray(value) ? value[0] : value
  return isJsonObject(body) ? pickRecords(pickObject(body, 'error'), 'details') : []
}

/** `RetryInfo` holds a duration such as `3.2s`. */
function readDelay(detail: JsonObject): number | undefined {
  const told = /^(\d+(?:\.\d+)?)s$/.exec(pickText(detail, 'retryDelay') ?? '')
  return told === null ? undefined : Math.ceil(Number(told[1]) * 1000)
}
