import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

const NESTED_LISTS = new Set(['anyOf', 'oneOf', 'allOf'])

/** A schema in Gemini's OpenAPI dialect as a JSON schema: types in lower case, `nullable` as a type. */
export function fromOpenapiSchema(schema: JsonObject): JsonObject {
  const { nullable, propertyOrdering: _order, ...rest } = schema
  const converted = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, convert(name, value)]),
  )
  const { type } = converted
  return nullable === true && typeof type === 'string' ? { ...converted, type: [type, 'null'] } : converted
}

function convert(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (name === 'type') return typeof value === 'string' ? value.toLowerCase() : value
  if (name === 'properties' && isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convertSchema(inner)]))
  if (name === 'items' || name === 'additionalProperties') return convertSchema(value)
  if (NESTED_LISTS.has(name) && Array.isArray(value))
    return value.map((inner) => convertSchema(inner) ?? null)
  // Protocol buffers write whole numbers as text.
  if (/^(min|max)(Items|Length|Properties)$/.test(name) && typeof value === 'string') return Number(value)
  return value
}

function convertSchema(value: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(value) ? fromOpenapiSchema(value) : value
}
