import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'

/**
 * Cuts what a model wrote behind a here-document when it lost count of its brackets: lines of closing brackets and
 * quotes behind the last terminator. Only for arguments that had to be repaired; clean JSON means what it says.
 */
export function stripArtefacts<Value extends JsonObject | readonly JsonValue[]>(value: Value): Value {
  return strip(value, 0) as Value
}

const DEEPEST = 32

function strip(value: JsonValue | undefined, depth: number): JsonValue | undefined {
  if (typeof value === 'string') return stripText(value)
  if (depth > DEEPEST) return value
  if (Array.isArray(value)) return value.map((entry) => strip(entry, depth + 1) ?? null)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, strip(inner, depth + 1)]))
}

function stripText(text: string): string {
  const words = [...text.matchAll(/<<-?\s*(['"]?)(\w+)\1/g)].map((match) => match[2])
  const last = words.at(-1)
  if (last === undefined) return text
  const at = text.lastIndexOf(`\n${last}\n`)
  if (at < 0) return text
  const end = at + 1 + last.length
  return /^(?:\s*["'}\],]*\s*\n?)*$/.test(text.slice(end, end + 200)) && text.length - end <= 200
    ? text.slice(0, end)
    : text
}
