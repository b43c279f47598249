import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { parseJson, pickNumber, pickObject, pickText } from './pick-fields.ts'

/** What an upstream says about a failure, whatever its envelope: OpenAI, Anthropic, Gemini, FastAPI, HTML, text. */
export type ErrorEnvelope = {
  readonly message: string
  readonly type?: string
  readonly code?: string
  readonly param?: string
  /** An HTTP status that stands inside the envelope. */
  readonly status?: number
  readonly details?: JsonValue
}

const DEEPEST_NESTING = 4
const LONGEST_MESSAGE = 2000

/** Reads the text of a failed answer. The message is plain text, without secrets; empty where nothing was said. */
export function readErrorText(text: string): ErrorEnvelope {
  const trimmed = text.trim()
  const value = parseJson(trimmed)
  const envelope = readErrorValue(value)
  if (envelope !== undefined) return envelope
  if (/^<(!doctype|html|\?xml|head|body)/i.test(trimmed)) return { message: htmlTitle(trimmed) }
  return {
    message:
      value === undefined || typeof value === 'string'
        ? plain(typeof value === 'string' ? value : trimmed)
        : '',
  }
}

/** Finds the error in a parsed body; undefined where the body is no error. */
export function readErrorValue(value: unknown): ErrorEnvelope | undefined {
  const body = Array.isArray(value) ? value[0] : value
  if (!isJsonObject(body)) return undefined
  if (isJsonObject(body.error)) return readErrorObject(body.error, body)
  if (typeof body.error === 'string')
    return unwrap({ message: pickText(body, 'message') ?? body.error, ...coded(body) })
  if (body.detail !== undefined && !looksLikeAnswer(body))
    return unwrap({ message: detailText(body.detail), ...coded(body) })
  if (body.type === 'error' || body.object === 'error') return readErrorObject(body, body)
  if (Array.isArray(body.errors)) return readErrorValue({ error: body.errors[0] ?? '' })
  const message = pickText(body, 'message') ?? pickText(body, 'msg') ?? pickText(body, 'error_msg')
  return message === undefined || looksLikeAnswer(body) ? undefined : readErrorObject(body, body)
}

function looksLikeAnswer(body: JsonObject): boolean {
  return ['choices', 'content', 'candidates', 'output', 'delta'].some((field) => body[field] !== undefined)
}

function readErrorObject(error: JsonObject, body: JsonObject): ErrorEnvelope {
  const message =
    pickText(error, 'message') ??
    pickText(error, 'msg') ??
    pickText(error, 'error_msg') ??
    pickText(body, 'message') ??
    ''
  const raw = pickText(pickObject(error, 'metadata'), 'raw')
  return unwrap({ message: raw === undefined ? message : `${message}: ${raw}`, ...coded(error) })
}

function coded(error: JsonObject): Omit<ErrorEnvelope, 'message'> {
  const number = pickNumber(error, 'code') ?? pickNumber(error, 'status')
  const code = pickText(error, 'code') ?? pickText(error, 'status')
  const type = pickText(error, 'type')
  const param = pickText(error, 'param')
  return {
    ...(type === undefined || type === 'error' ? {} : { type }),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(number !== undefined && number >= 300 && number < 600 ? { status: number } : {}),
    ...(isJsonObject(error.details) ? { details: error.details } : {}),
  }
}

/** Gateways wrap an upstream's JSON in a message of their own; the innermost one is what the person should read. */
function unwrap(envelope: ErrorEnvelope): ErrorEnvelope {
  let found = envelope
  for (let depth = 0; depth < DEEPEST_NESTING; depth++) {
    const start = found.message.search(/[[{]/)
    const inner = start < 0 ? undefined : parseJson(found.message.slice(start))
    const error = innerError(inner)
    if (error === undefined) break
    found = { ...found, ...error }
  }
  return { ...found, message: plain(found.message) }
}

function innerError(value: unknown): ErrorEnvelope | undefined {
  const body = Array.isArray(value) ? value[0] : value
  if (!isJsonObject(body)) return undefined
  const error = isJsonObject(body.error) ? body.error : body
  const message = pickText(error, 'message') ?? (typeof body.error === 'string' ? body.error : undefined)
  return message === undefined ? undefined : { message, ...coded(error) }
}

function detailText(detail: JsonValue): string {
  if (typeof detail === 'string') return detail
  if (isJsonObject(detail))
    return pickText(detail, 'message') ?? pickText(detail, 'msg') ?? JSON.stringify(detail)
  if (!Array.isArray(detail)) return ''
  return detail.filter(isJsonObject).map(fastApiEntry).join('; ')
}

function fastApiEntry(entry: JsonObject): string {
  const place = Array.isArray(entry.loc) ? entry.loc.filter((step) => step !== 'body').join('.') : ''
  const message = pickText(entry, 'msg') ?? ''
  return place === '' ? message : `${place}: ${message}`
}

function htmlTitle(html: string): string {
  return plain(/<title[^>]*>([^<]{1,300})/i.exec(html)?.[1] ?? 'an HTML page instead of an answer')
}

/** One readable line, with whatever looks like a key struck out: an upstream may echo the one it was given. */
function plain(text: string): string {
  return text
    .slice(0, LONGEST_MESSAGE)
    .replaceAll(
      /\b(sk|pk|rk|ps|gsk|xai|key)-[\w*.-]{6,}|\bAIza[\w-]{20,}|\bBearer\s+[\w.~+/=-]{8,}/gi,
      '[key]',
    )
    .replaceAll(/\s+/g, ' ')
    .trim()
}
