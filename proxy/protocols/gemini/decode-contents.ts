import type { Part, Turn } from '../../chat/chat-request.ts'
import type { JsonValue } from '../../chat/json.ts'
import {
  type Fields,
  fieldPath,
  missingField,
  optionalRecords,
  optionalString,
  wrongField,
} from '../../chat/read-fields.ts'
import { createCallPairing } from './call-pairing.ts'
import { camelFields, readCamel } from './camel-fields.ts'
import { decodePart } from './decode-parts.ts'

/** The system instruction as the first turn, then the contents. */
export function decodeContents(body: Fields): readonly Turn[] {
  const contents = optionalRecords(body, 'contents')
  if (contents === undefined) throw missingField('contents')
  const pairing = createCallPairing()
  const system = decodeSystem(body)
  const turns = contents.map((each): Turn => {
    const content = camelFields(each)
    return { role: roleOf(content), parts: partsOf(content).map((part) => decodePart(part, pairing)) }
  })
  return system.length === 0 ? turns : [{ role: 'system', parts: system }, ...turns]
}

function decodeSystem(body: Fields): readonly Part[] {
  const value = body.object.systemInstruction
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  const pairing = createCallPairing()
  return partsOf(readCamel(value, 'systemInstruction')).map((part) => decodePart(part, pairing))
}

/** A content without a role is the user's; `function` is what old clients call the role of results. */
function roleOf(content: Fields): 'user' | 'assistant' {
  const role = optionalString(content, 'role') || 'user'
  if (role === 'model' || role === 'assistant') return 'assistant'
  if (role === 'user' || role === 'function' || role === 'tool' || role === 'system') return 'user'
  throw wrongField(fieldPath(content, 'role'), 'user or model')
}

function partsOf(content: Fields): readonly Fields[] {
  const { parts } = content.object
  if (parts === undefined || parts === null) return []
  const path = fieldPath(content, 'parts')
  const list: readonly JsonValue[] = Array.isArray(parts) ? parts : [parts as JsonValue]
  return list.map((part, index) =>
    typeof part === 'string' ? { object: { text: part }, path } : readCamel(part, `${path}[${index}]`),
  )
}
