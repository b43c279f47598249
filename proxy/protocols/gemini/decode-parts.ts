import { unwrapCarrier } from '../../chat/carrier.ts'
import type { Part, ToolResultPart } from '../../chat/chat-request.ts'
import { dropAbsent } from '../../chat/drop-absent.ts'
import type { JsonObject } from '../../chat/json.ts'
import { pickRecords, pickString } from '../../chat/pick-fields.ts'
import { type Fields, optionalObject, optionalString, requiredString } from '../../chat/read-fields.ts'
import type { CallPairing } from './call-pairing.ts'
import { camelFields, optionalCamel } from './camel-fields.ts'

export function decodePart(part: Fields, pairing: CallPairing): Part {
  const inline = optionalCamel(part, 'inlineData')
  if (inline !== undefined) return decodeInline(inline)
  const file = optionalCamel(part, 'fileData')
  if (file !== undefined) return decodeFile(file)
  const call = optionalCamel(part, 'functionCall')
  if (call !== undefined) return decodeCall(part, call, pairing)
  const response = optionalCamel(part, 'functionResponse')
  if (response !== undefined) return decodeResult(response, pairing)
  const text = optionalString(part, 'text')
  if (text === undefined) return { type: 'opaque', protocol: 'gemini', raw: part.object }
  return part.object.thought === true ? decodeThought(part, text) : { type: 'text', text }
}

function decodeThought(part: Fields, text: string): Part {
  const carried = carriedBy(part)
  if (carried?.isHidden) return { type: 'redacted-thinking', carrier: carried.carrier }
  return dropAbsent({ type: 'thinking' as const, text, signature: carried?.carrier })
}

function carriedBy(part: Fields) {
  const data = optionalString(part, 'thoughtSignature')
  return data ? unwrapCarrier(data, 'gemini') : undefined
}

function decodeCall(part: Fields, call: Fields, pairing: CallPairing): Part {
  const name = requiredString(call, 'name')
  return dropAbsent({
    type: 'tool-call' as const,
    id: pairing.call(name, optionalString(call, 'id') || undefined),
    name,
    argumentsText: JSON.stringify(optionalObject(call, 'args') ?? {}),
    kind: 'function' as const,
    signature: carriedBy(part)?.carrier,
  })
}

function decodeResult(response: Fields, pairing: CallPairing): ToolResultPart {
  const name = optionalString(response, 'name') ?? ''
  const callId = pairing.result(name, optionalString(response, 'id') || undefined)
  const { text, isError } = readResponse(response.object.response)
  const media = pickRecords(response.object, 'parts').flatMap((object) => {
    const inline = optionalCamel(camelFields({ object, path: `${response.path}.parts` }), 'inlineData')
    const part = inline === undefined ? undefined : decodeInline(inline)
    return part?.type === 'image' || part?.type === 'file' ? [part] : []
  })
  return dropAbsent({
    type: 'tool-result' as const,
    callId,
    name: name || undefined,
    parts: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...media],
    isError,
    kind: 'function' as const,
  })
}

/** `output` and `error` are the API's own words for what a function gave; other clients say `result`. */
function readResponse(response: JsonObject[string]): { readonly text: string; readonly isError: boolean } {
  if (response === undefined || response === null) return { text: '', isError: false }
  if (typeof response !== 'object' || Array.isArray(response))
    return { text: typeof response === 'string' ? response : JSON.stringify(response), isError: false }
  const object = response as JsonObject
  const names = Object.keys(object)
  for (const name of ['output', 'error', 'result'] as const) {
    const text = pickString(object, name)
    if (names.length === 1 && text !== undefined) return { text, isError: name === 'error' }
  }
  return { text: JSON.stringify(object), isError: false }
}

function decodeInline(inline: Fields): Part {
  const mediaType = optionalString(inline, 'mimeType') ?? 'application/octet-stream'
  const source = { kind: 'base64' as const, mediaType, data: requiredString(inline, 'data') }
  if (mediaType.startsWith('image/')) return { type: 'image', source }
  if (mediaType.startsWith('audio/'))
    return { type: 'audio', data: source.data, format: audioFormat(mediaType) }
  return dropAbsent({ type: 'file' as const, source, name: optionalString(inline, 'displayName') })
}

function audioFormat(mediaType: string): string {
  const format = mediaType.slice('audio/'.length).replace(/^x-/, '')
  return format === 'mpeg' ? 'mp3' : format
}

function decodeFile(file: Fields): Part {
  const mediaType = optionalString(file, 'mimeType')
  const source = dropAbsent({ kind: 'url' as const, url: requiredString(file, 'fileUri'), mediaType })
  return mediaType?.startsWith('image/') ? { type: 'image', source } : { type: 'file', source }
}
