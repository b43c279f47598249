import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'

/** A schema, and the document in which its `$ref`s point. */
export type SchemaAt = { readonly schema: JsonObject; readonly root: JsonObject }

/** How much work a call's schema may make: schemas can refer to themselves without end. */
export type Budget = { left: number }

export function createBudget(): Budget {
  return { left: 200_000 }
}

/** How deep arguments may be nested. */
export const DEEPEST_VALUE = 64
const MOST_HOPS = 16

/** The schema itself behind `$ref`s within its document. */
export function resolveSchema(schema: JsonValue | undefined, root: JsonObject): JsonObject {
  let found = isJsonObject(schema) ? schema : {}
  for (let hop = 0; hop < MOST_HOPS && typeof found.$ref === 'string'; hop++) {
    const target = followPointer(found.$ref, root)
    if (target === undefined) return {}
    found = target
  }
  return found
}

function followPointer(reference: string, root: JsonObject): JsonObject | undefined {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let found: JsonValue | undefined = root
  for (const step of reference.slice(2).split('/')) {
    const name = unescapeStep(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(found)) found = found[Number(name)]
    else found = isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined
  }
  return isJsonObject(found) ? found : undefined
}

function unescapeStep(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A lone percent sign means itself.
    return step
  }
}

/** The types that a schema allows; empty where it does not say. */
export function typesOf(schema: JsonObject): readonly string[] {
  const { type } = schema
  if (typeof type === 'string') return schema.nullable === true ? [type, 'null'] : [type]
  if (Array.isArray(type)) return type.filter((each) => typeof each === 'string')
  const fixed = Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? [] : [schema.const]
  if (fixed.length > 0) return [...new Set(fixed.map(typeOf))]
  if (isJsonObject(schema.properties)) return ['object']
  return schema.items === undefined && schema.prefixItems === undefined ? [] : ['array']
}

/** The JSON type of a value; whole numbers are integers. */
export function typeOf(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

export function isOfType(value: JsonValue, type: string): boolean {
  const own = typeOf(value)
  return own === type || (type === 'number' && own === 'integer')
}

/** The schema of an object's field: its own, a pattern's, or that of additional ones; `false` where there may be none. */
export function fieldSchema(schema: JsonObject, name: string): JsonValue | undefined {
  if (isJsonObject(schema.properties) && Object.hasOwn(schema.properties, name))
    return schema.properties[name]
  if (isJsonObject(schema.patternProperties))
    for (const [pattern, inner] of Object.entries(schema.patternProperties))
      if (matches(pattern, name)) return inner
  return schema.additionalProperties
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name)
  } catch {
    // A pattern of another dialect of expressions forbids nothing.
    return true
  }
}

/** The schema of a list's entry. */
export function entrySchema(schema: JsonObject, index: number): JsonValue | undefined {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems[index] : undefined
  return first ?? (Array.isArray(schema.items) ? schema.items[index] : schema.items)
}

/** The branches of a union, resolved. */
export function branchesOf(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray) ?? []
  return branches.map((branch: JsonValue) => resolveSchema(branch, root))
}
