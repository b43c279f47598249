import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** What an upstream sent is read leniently: a field of the wrong type reads as absent. */
export function pickString(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name]
  return typeof value === 'string' ? value : undefined
}

/** A string that says something: empty reads as absent. */
export function pickText(object: JsonObject | undefined, name: string): string | undefined {
  return pickString(object, name) || undefined
}

export function pickNumber(object: JsonObject | undefined, name: string): number | undefined {
  const value = object?.[name]
  return typeof value === 'number' ? value : undefined
}

export function pickObject(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.[name]
  return isJsonObject(value) ? value : undefined
}

export function pickList(object: JsonObject | undefined, name: string): readonly JsonValue[] {
  const value = object?.[name]
  return Array.isArray(value) ? value : []
}

/** The entries of a list that are objects. */
export function pickRecords(object: JsonObject | undefined, name: string): readonly JsonObject[] {
  return pickList(object, name).filter(isJsonObject)
}

/** Parses JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not being JSON is an answer here, and the caller decides what it means.
    return undefined
  }
}
