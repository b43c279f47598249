import { isAscii, isUtf8 } from 'node:buffer'
import { asBuffer } from '../as-buffer.ts'
import { ChatError } from '../chat/chat-error.ts'
import { isJsonObject, type JsonObject } from '../chat/json.ts'
import { parseJson } from '../chat/pick-fields.ts'
import { OUTLINED_BYTES, outlineOf } from './json-outline.ts'
import { parsePiecewise } from './piecewise-json.ts'
import { type JsonLimits, type JsonScan, type Span, scanJson } from './scan-json.ts'

/** A request's body, as bytes and parsed, with the places where the model's name stands. */
export type RequestBody = {
  readonly bytes: Uint8Array
  /** The whole body, parsed when it is first asked for. Throws `invalid-request`. */
  readonly json: JsonObject
  /** A large body without most of its long strings: enough to know what is asked, where the bytes go on as they came. */
  readonly outline: JsonObject | undefined
  readonly modelSpans: readonly Span[]
}

const MODEL = Buffer.from('model')

/**
 * Looks through a body that must be a JSON object. It, and `json` of its answer, throw `invalid-request` with the reason
 * in plain words.
 */
export function readRequestBody(bytes: Uint8Array, limits: JsonLimits): RequestBody {
  if (bytes.length === 0)
    throw new ChatError('invalid-request', 'The request has no body; send a JSON object')
  return new ScannedBody(bytes, scanJson(bytes, limits, MODEL))
}

class ScannedBody implements RequestBody {
  readonly bytes: Uint8Array
  readonly modelSpans: readonly Span[]
  readonly outline: JsonObject | undefined
  readonly #longStrings: readonly Span[]
  #json: JsonObject | undefined

  constructor(bytes: Uint8Array, { fieldSpans, longStrings }: JsonScan) {
    this.bytes = bytes
    this.modelSpans = fieldSpans
    this.outline = bytes.length < OUTLINED_BYTES ? undefined : readOutline(bytes, longStrings)
    this.#longStrings = longStrings
  }

  get json(): JsonObject {
    this.#json ??= parseObject(this.bytes, this.#longStrings)
    return this.#json
  }
}

/** Undefined where an outline does not help, or the body is no valid JSON: then the whole is read, which says why. */
function readOutline(bytes: Uint8Array, longStrings: readonly Span[]): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = outlineOf(asBuffer(bytes), longStrings)
  const read = text === undefined ? undefined : parseJson(text)
  return isJsonObject(read) ? read : undefined
}

function parseObject(bytes: Uint8Array, longStrings: readonly Span[]): JsonObject {
  const json = parse(asBuffer(bytes), longStrings)
  if (!isJsonObject(json)) throw new ChatError('invalid-request', 'The request body must be a JSON object')
  return json
}

function parse(bytes: Buffer, longStrings: readonly Span[]): unknown {
  try {
    if (bytes.length < OUTLINED_BYTES) return JSON.parse(decode(bytes))
    if (!isUtf8(bytes)) throw new TypeError('not UTF-8')
    return parsePiecewise(bytes, longStrings)
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message.slice(0, 120) : 'it is not UTF-8'
    throw new ChatError('invalid-request', `The request body is not valid JSON: ${why}`, { cause })
  }
}

/** Throws where the bytes are not UTF-8. Most requests are plain ASCII, which is read fastest; a byte order mark stays. */
function decode(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes)) throw new TypeError('not UTF-8')
  return bytes.toString('utf8')
}
