import { isJsonObject, type JsonObject, type JsonValue } from '../../chat/json.ts'

const DEEPEST = 8

/**
 * A small value that fits a JSON schema. A string takes the last word of the message that looks like a name or a
 * value, so that "call get_time for Oslo" gives `{"city":"Oslo"}`.
 */
export function exampleValue(schema: JsonObject, said: string, depth = 0): JsonValue {
  if (depth > DEEPEST) return null
  const fixed = schema.const ?? schema.default ?? (Array.isArray(schema.enum) ? schema.enum[0] : undefined)
  if (fixed !== undefined) return fixed
  for (const several of [schema.anyOf, schema.oneOf, schema.allOf]) {
    const first: unknown = Array.isArray(several) ? several[0] : undefined
    if (isJsonObject(first)) return exampleValue(first, said, depth + 1)
  }
  return ofType(Array.isArray(schema.type) ? schema.type[0] : schema.type, schema, said, depth)
}

function ofType(type: JsonValue | undefined, schema: JsonObject, said: string, depth: number): JsonValue {
  switch (type) {
    case 'string':
      return lastWord(said)
    case 'integer':
    case 'number':
      return Number(/-?\d+(\.\d+)?/.exec(said)?.[0] ?? schema.minimum ?? 1)
    case 'boolean':
      return true
    case 'null':
      return null
    case 'array':
      return isJsonObject(schema.items) ? [exampleValue(schema.items, said, depth + 1)] : []
    default:
      return exampleObject(schema, said, depth)
  }
}

function exampleObject(schema: JsonObject, said: string, depth: number): JsonValue {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const required = Array.isArray(schema.required) ? schema.required : Object.keys(properties)
  const value: Record<string, JsonValue> = {}
  for (const [name, property] of Object.entries(properties))
    if (required.includes(name) && isJsonObject(property))
      value[name] = exampleValue(property, said, depth + 1)
  return value
}

function lastWord(said: string): string {
  return /[\p{L}\p{N}_./-]+(?=[^\p{L}\p{N}]*$)/u.exec(said)?.[0] ?? 'demo'
}
