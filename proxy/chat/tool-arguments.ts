import { isJsonObject, type JsonObject } from './json.ts'
import { parseJson } from './pick-fields.ts'

/**
 * The arguments of a call as an object. Text that is not a JSON object is kept whole under the field that Claude Code
 * uses for it too (seen 2026-11), so that the model still sees what it wrote.
 */
export function readArguments(text: string): JsonObject {
  if (text.trim() === '') return {}
  const value = parseJson(text)
  if (isJsonObject(value)) return value
  const inner = typeof value === 'string' ? parseJson(value) : undefined
  if (isJsonObject(inner)) return inner
  return { __unparsedToolInput: { raw: text, len: text.length } }
}

/** The arguments of a call as the text of a JSON object; text that is one already stays as it is. */
export function writeArguments(text: string): string {
  if (text.trim() === '') return '{}'
  return isJsonObject(parseJson(text)) ? text : JSON.stringify(readArguments(text))
}

/** Says whether the text is a whole JSON object. */
export function isWholeObject(text: string): boolean {
  return isJsonObject(parseJson(text))
}
