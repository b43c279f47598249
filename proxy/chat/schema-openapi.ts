import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/** Keywords that Gemini's schemas know (seen 2026-11); all others are left out. */
const KNOWN = new Set(
  `title description nullable format default example minItems maxItems minProperties maxProperties minLength maxLength pattern
  minimum maximum propertyOrdering required`.split(/\s+/),
)
/** Formats of strings that Gemini takes; it refuses the others. */
const STRING_FORMATS = new Set(['enum', 'date-time'])
const DEEPEST = 24

type Cleaning = { readonly root: JsonObject; readonly refs: readonly string[]; readonly depth: number }

/**
 * A JSON schema in the OpenAPI dialect that Gemini takes: local references are put in full, a list of types becomes
 * one type or a choice, enums are strings, and keywords that it does not know are left out.
 */
export function toOpenapiSchema(schema: JsonObject): JsonObject {
  return cleanSchema(schema, { root: schema, refs: [], depth: 0 })
}

function cleanSchema(schema: JsonValue | undefined, cleaning: Cleaning): JsonObject {
  // `true` allows anything and `false` nothing; neither can be said, and a string is the safest thing to ask for.
  if (!isJsonObject(schema) || cleaning.depth > DEEPEST) return { type: 'string' }
  const inner = { ...cleaning, depth: cleaning.depth + 1 }
  if (typeof schema.$ref === 'string') return followRef(schema, schema.$ref, inner)
  if (Array.isArray(schema.allOf)) return cleanSchema(joinAll(schema, inner), inner)
  return cleanPlain(schema, inner)
}

/** A reference to itself has no end: it becomes a plain object. */
function followRef(schema: JsonObject, ref: string, cleaning: Cleaning): JsonObject {
  const { $ref: _ref, ...beside } = schema
  const found = cleaning.refs.includes(ref) ? undefined : findDefinition(cleaning.root, ref)
  if (found === undefined) return cleanSchema({ type: 'object', ...beside }, cleaning)
  return cleanSchema({ ...found, ...beside }, { ...cleaning, refs: [...cleaning.refs, ref] })
}

function findDefinition(root: JsonObject, ref: string): JsonObject | undefined {
  if (ref === '#') return root
  if (!ref.startsWith('#/')) return undefined
  let found: JsonValue | undefined = root
  for (const step of ref.slice(2).split('/')) {
    if (!isJsonObject(found)) return undefined
    found = found[decodeStep(step).replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return isJsonObject(found) ? found : undefined
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A stray percent sign: the name is taken as it stands.
    return step
  }
}

/** All of several schemas: their properties and demands together. */
function joinAll({ allOf, ...rest }: JsonObject, cleaning: Cleaning): JsonObject {
  let joined: JsonObject = {}
  for (const branch of [...(Array.isArray(allOf) ? allOf : []), rest]) {
    const next =
      isJsonObject(branch) && typeof branch.$ref === 'string'
        ? findDefinition(cleaning.root, branch.$ref)
        : branch
    if (!isJsonObject(next)) continue
    const properties = { ...objectOf(joined.properties), ...objectOf(next.properties) }
    const required = [...new Set([...listOf(joined.required), ...listOf(next.required)])]
    joined = {
      ...joined,
      ...next,
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      ...(required.length === 0 ? {} : { required }),
    }
  }
  return joined
}

function cleanPlain(schema: JsonObject, cleaning: Cleaning): JsonObject {
  const choices = choicesOf(schema)
  const types = typesOf(schema)
  const isNullable = schema.nullable === true || types.isNullable || choices.isNullable
  const kept = Object.fromEntries(Object.entries(schema).filter(([name]) => KNOWN.has(name)))
  const cleaned: JsonObject = {
    ...withoutFormat(kept, types.list),
    ...boundsOf(schema),
    ...(isNullable ? { nullable: true } : {}),
  }
  if (choices.list.length > 1)
    return { ...cleaned, anyOf: choices.list.map((choice) => cleanSchema(choice, cleaning)) }
  if (choices.list.length === 1) return { ...cleanSchema(choices.list[0], cleaning), ...cleaned }
  if (types.list.length > 1) {
    const { type: _type, ...rest } = schema
    return { ...cleaned, anyOf: types.list.map((type) => cleanSchema({ ...bare(rest), type }, cleaning)) }
  }
  return { type: types.list[0] ?? 'string', ...cleaned, ...cleanInner(schema, types.list[0], cleaning) }
}

/** What belongs to each type of a list of types. */
function bare({ items, properties, required, enum: values }: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries({ items, properties, required, enum: values }).filter(([, value]) => value !== undefined),
  )
}

function cleanInner(schema: JsonObject, type: string | undefined, cleaning: Cleaning): JsonObject {
  if (type === 'array') return { items: cleanSchema(itemsOf(schema), cleaning) }
  if (type === 'object') return cleanObject(schema, cleaning)
  const values = enumOf(schema)
  // Gemini's enums are strings, whatever the type (400 otherwise, seen 2026-11).
  return values.length === 0 ? {} : { type: 'string', enum: values.map(String), format: 'enum' }
}

function itemsOf({ items, prefixItems }: JsonObject): JsonValue | undefined {
  if (Array.isArray(items)) return items[0]
  return items ?? (Array.isArray(prefixItems) ? prefixItems[0] : undefined)
}

function cleanObject(schema: JsonObject, cleaning: Cleaning): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(objectOf(schema.properties)).map(([name, inner]) => [name, cleanSchema(inner, cleaning)]),
  )
  const required = listOf(schema.required).filter((name) => typeof name === 'string' && name in properties)
  return {
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  }
}

function choicesOf(schema: JsonObject): {
  readonly list: readonly JsonValue[]
  readonly isNullable: boolean
} {
  const all = [...listOf(schema.anyOf), ...listOf(schema.oneOf)]
  const list = all.filter((choice) => !(isJsonObject(choice) && choice.type === 'null'))
  return { list, isNullable: list.length < all.length }
}

/** The types a schema names, or the one that its keywords tell. */
function typesOf(schema: JsonObject): { readonly list: readonly string[]; readonly isNullable: boolean } {
  const said = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter(
    (type) => typeof type === 'string',
  )
  const lower = said.map((type) => type.toLowerCase())
  const list = lower.filter((type) => type !== 'null')
  return { list: list.length > 0 ? list : guessType(schema), isNullable: lower.includes('null') }
}

function guessType(schema: JsonObject): readonly string[] {
  if (isJsonObject(schema.properties)) return ['object']
  if (schema.items !== undefined) return ['array']
  return enumOf(schema).length > 0 ? ['string'] : []
}

function enumOf(schema: JsonObject): readonly JsonValue[] {
  const values = Array.isArray(schema.enum) ? schema.enum : schema.const === undefined ? [] : [schema.const]
  return values.filter(
    (value) => value !== null && value !== '' && !isJsonObject(value) && !Array.isArray(value),
  )
}

function withoutFormat(kept: JsonObject, types: readonly string[]): JsonObject {
  const { format, required: _required, ...rest } = kept
  const isKnown = types[0] !== 'string' || (typeof format === 'string' && STRING_FORMATS.has(format))
  return format !== undefined && isKnown ? { ...rest, format } : rest
}

/** Exclusive bounds are not known; for whole numbers the next one says the same. */
function boundsOf({ type, exclusiveMinimum, exclusiveMaximum }: JsonObject): JsonObject {
  const step = type === 'integer' ? 1 : 0
  return {
    ...(typeof exclusiveMinimum === 'number' ? { minimum: exclusiveMinimum + step } : {}),
    ...(typeof exclusiveMaximum === 'number' ? { maximum: exclusiveMaximum - step } : {}),
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : []
}
