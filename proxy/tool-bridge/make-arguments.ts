import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import { parseJson } from '../chat/pick-fields.ts'
import { coerceValue } from './coerce-value.ts'
import { type DeclaredTool, likenessOf } from './declared-tools.ts'
import type { RawField, Said } from './dialects/dialect.ts'
import { fieldSchema, resolveSchema, typesOf } from './json-schema.ts'
import { parseLoosely } from './parse-loosely.ts'
import { validateValue } from './validate-value.ts'

export type Made = { readonly value: JsonObject } | { readonly problem: string }

/** The arguments of a call, brought to the tool's schema and checked against it. */
export function makeArguments(said: Said, tool: DeclaredTool): Made {
  const given = readSaid(said, tool)
  if (given === undefined) return { problem: 'its arguments are not JSON' }
  const named = renameFields(flatten(given, tool.schema), tool.schema)
  const value = coerceValue(named, tool.schema, tool.schema)
  if (!isJsonObject(value)) return { problem: 'its arguments are no object' }
  const problem =
    validateValue(value, tool.schema, tool.schema) ?? validateValue(value, tool.demanded, tool.demanded)
  return problem === undefined ? { value } : { problem }
}

function readSaid(said: Said, tool: DeclaredTool): JsonObject | undefined {
  switch (said.kind) {
    case 'fields':
      return joinFields(said.fields, tool.schema)
    case 'value':
      return isJsonObject(said.value) ? said.value : undefined
    case 'json': {
      if (said.text.trim() === '') return {}
      const { value } = parseLoosely(said.text) ?? {}
      return isJsonObject(value) ? value : undefined
    }
  }
}

/** A parameter that comes several times is a list. */
function joinFields(fields: readonly RawField[], schema: JsonObject): JsonObject {
  const values = new Map<string, JsonValue[]>()
  for (const field of fields) {
    const value = readField(field, schema)
    const before = values.get(field.name)
    if (before === undefined) values.set(field.name, [value])
    else before.push(value)
  }
  return Object.fromEntries(
    [...values].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? null) : list]),
  )
}

/** Text stays text until the schema says otherwise; where there is no schema, bare JSON is what it says. */
function readField({ name, text, isText }: RawField, schema: JsonObject): JsonValue {
  const known = fieldSchema(schema, name)
  const wanted = resolveSchema(known, schema)
  if (isText) return text
  const bare = text.replace(/^\r?\n([\s\S]*?)\r?\n[ \t]*$/, '$1')
  const isUntyped = typesOf(wanted).length === 0 && wanted.anyOf === undefined && wanted.oneOf === undefined
  if (!isUntyped) return bare
  const parsed = parseJson(bare.trim()) as JsonValue | undefined
  return parsed === undefined || typeof parsed === 'string' ? bare : parsed
}

const WRAPPERS = ['input', 'arguments', 'parameters', 'params', 'args'] as const

/** `{"input":{…}}` is the arguments, unless the tool has a field of that name. */
function flatten(value: JsonObject, schema: JsonObject): JsonObject {
  const [only, ...others] = Object.keys(value)
  if (only === undefined || others.length > 0 || !WRAPPERS.some((name) => name === only)) return value
  if (isJsonObject(schema.properties) && Object.hasOwn(schema.properties, only)) return value
  const inner = value[only]
  const parsed = typeof inner === 'string' ? parseLoosely(inner)?.value : inner
  return isJsonObject(parsed) ? parsed : value
}

/** Names of one thing among coding tools. */
const PATHS: ReadonlySet<string> = new Set(['path', 'filepath', 'filename', 'file'])

/** A field that the schema lacks gets the one name in the schema that differs in spelling only, or is an alias. */
function renameFields(value: JsonObject, schema: JsonObject): JsonObject {
  const properties = isJsonObject(schema.properties) ? Object.keys(schema.properties) : []
  const taken = new Set(Object.keys(value))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (properties.includes(name)) return [name, inner]
      const like = properties.filter((known) => likenessOf(known) === likenessOf(name))
      const alias = PATHS.has(likenessOf(name))
        ? properties.filter((known) => PATHS.has(likenessOf(known)))
        : []
      const found = like.length > 0 ? like : alias
      const [only] = found
      if (found.length !== 1 || only === undefined || taken.has(only)) return [name, inner]
      taken.add(only)
      return [only, inner]
    }),
  )
}
