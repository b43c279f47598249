import type { AnswerFormat, Turn } from './chat-request.ts'

/** What the model is told in words where the upstream has no field for a wished answer format. */
export function jsonHint(format: AnswerFormat): string {
  const hint = 'Answer with one JSON value only: no prose around it and no code fence.'
  return format.type === 'json-schema'
    ? `${hint} It must match this JSON schema:\n${JSON.stringify(format.schema)}`
    : hint
}

/** Adds a hint behind the first system turn's text, or as a first system turn. */
export function withHint(turns: readonly Turn[], hint: string): readonly Turn[] {
  const [first, ...rest] = turns
  if (first?.role !== 'system' && first?.role !== 'developer') {
    return [{ role: 'system', parts: [{ type: 'text', text: hint }] }, ...turns]
  }
  return [{ role: first.role, parts: [...first.parts, { type: 'text', text: hint }] }, ...rest]
}
