import type { Part, Turn } from '../../chat/chat-request.ts'
import {
  type Fields,
  fieldPath,
  requiredRecords,
  requiredString,
  wrongField,
} from '../../chat/read-fields.ts'
import { decodeContent } from './decode-blocks.ts'

/** Claude Code's first system line differs in each conversation, and would spoil every upstream's prefix cache. */
const BILLING_LINE = /^x-anthropic-billing-header:.*(\r?\n|$)/gm

/** The system prompt as the first turn, then the messages; `system` may stand among them too. */
export function decodeTurns(body: Fields): readonly Turn[] {
  const system = withoutBilling(decodeContent(body, 'system'))
  const turns = requiredRecords(body, 'messages').map(decodeMessage)
  return system.length === 0 ? turns : [{ role: 'system', parts: system }, ...turns]
}

function decodeMessage(message: Fields): Turn {
  const role = requiredString(message, 'role')
  switch (role) {
    case 'user':
    case 'assistant':
      return { role, parts: decodeContent(message) }
    case 'system':
      return { role, parts: withoutBilling(decodeContent(message)) }
    default:
      throw wrongField(fieldPath(message, 'role'), 'user, assistant or system')
  }
}

function withoutBilling(parts: readonly Part[]): readonly Part[] {
  return parts.flatMap((part) => {
    if (part.type !== 'text' || !part.text.includes('x-anthropic-billing-header:')) return [part]
    const text = part.text.replaceAll(BILLING_LINE, '')
    return text.trim() === '' ? [] : [{ ...part, text }]
  })
}
