import { ChatError } from '../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../chat/json.ts'
import { type JsonLimits, type Span, scanJson } from './scan-json.ts'

/** A request's body, as bytes and parsed, with the places where the model's name stands. */
export type RequestBody = {
  readonly bytes: Uint8Array
  readonly json: JsonObject
  readonly modelSpans: readonly Span[]
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a body that must be a JSON object. Throws `invalid-request` with the reason in plain words. */
export function readRequestBody(bytes: Uint8Array, limits: JsonLimits): RequestBody {
  if (bytes.length === 0)
    throw new ChatError('invalid-request', 'The request has no body; send a JSON object')
  const modelSpans = scanJson(bytes, limits, 'model')
  const json = parse(bytes)
  if (!isJsonObject(json)) throw new ChatError('invalid-request', 'The request body must be a JSON object')
  return { bytes, json, modelSpans }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message.slice(0, 120) : 'it is not UTF-8'
    throw new ChatError('invalid-request', `The request body is not valid JSON: ${why}`, { cause })
  }
}
