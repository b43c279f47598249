import type { TextKind } from '../../chat/answer-builder.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../chat/json.ts'
import { pickRecords, pickText } from '../../chat/pick-fields.ts'

/** A piece of text with the block it belongs to. */
export type TextPiece = { readonly kind: TextKind; readonly text: string }

/** The texts of a delta (or of a whole message), reasoning first. */
export function readTexts(delta: JsonObject): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  const reasoning = readReasoning(delta)
  if (reasoning !== undefined) pieces.push({ kind: 'thinking', text: reasoning })
  if (typeof delta.content === 'string') {
    if (delta.content !== '') pieces.push({ kind: 'text', text: delta.content })
  } else if (Array.isArray(delta.content)) pieces.push(...delta.content.flatMap(readContentPart))
  const refusal = pickText(delta, 'refusal')
  if (refusal !== undefined) pieces.push({ kind: 'refusal', text: refusal })
  return pieces
}

/** Upstreams that send reasoning under two names send it twice (OpenRouter, vLLM, seen 2026-08): only one is read. */
function readReasoning(delta: JsonObject): string | undefined {
  const told = pickText(delta, 'reasoning_content') ?? pickText(delta, 'reasoning')
  if (told !== undefined) return told
  const details = pickRecords(delta, 'reasoning_details')
  if (details.length === 0) return undefined
  return (
    details.map((detail) => pickText(detail, 'text') ?? pickText(detail, 'summary') ?? '').join('') ||
    undefined
  )
}

/** Mistral sends content as a list of text and thinking parts (seen 2026-08). */
function readContentPart(part: JsonValue): readonly TextPiece[] {
  if (typeof part === 'string') return part === '' ? [] : [{ kind: 'text', text: part }]
  if (!isJsonObject(part)) return []
  if (part.type !== 'thinking') {
    const kind = part.type === 'refusal' ? 'refusal' : 'text'
    const text = pickText(part, kind)
    return text === undefined ? [] : [{ kind, text }]
  }
  const text =
    pickText(part, 'thinking') ??
    pickRecords(part, 'thinking')
      .map((inner) => pickText(inner, 'text') ?? '')
      .join('')
  return text === '' ? [] : [{ kind: 'thinking', text }]
}
