import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import {
  type Budget,
  createBudget,
  DEEPEST_VALUE,
  entrySchema,
  fieldSchema,
  isOfType,
  resolveSchema,
  typesOf,
} from './json-schema.ts'

type Place = {
  readonly root: JsonObject
  readonly path: string
  readonly depth: number
  readonly budget: Budget
}

/**
 * Says why a value does not fit a JSON schema; undefined where it does. Checks what decides whether a call means what
 * the tool expects: types, required and additional fields, enum, const, lengths of lists, unions. Formats, patterns and
 * ranges are the tool's own business.
 */
export function validateValue(
  value: JsonValue,
  schema: JsonValue | undefined,
  root: JsonObject,
  budget: Budget = createBudget(),
): string | undefined {
  return check(value, schema, { root, path: '', depth: 0, budget })
}

function check(value: JsonValue, wanted: JsonValue | undefined, place: Place): string | undefined {
  if (wanted === false) return `${nameOf(place)} is not known`
  if (place.budget.left-- <= 0) return `${nameOf(place)} has a schema that is too complex`
  if (place.depth > DEEPEST_VALUE) return `${nameOf(place)} is nested too deeply`
  const schema = resolveSchema(wanted, place.root)
  return (
    checkType(value, schema, place) ??
    checkFixed(value, schema, place) ??
    (isJsonObject(value) ? checkObject(value, schema, place) : undefined) ??
    (Array.isArray(value) ? checkList(value, schema, place) : undefined) ??
    checkUnions(value, schema, place)
  )
}

function nameOf({ path }: Place): string {
  return path === '' ? 'the call' : path
}

function inside(place: Place, step: string): Place {
  return { ...place, path: place.path === '' ? step : `${place.path}.${step}`, depth: place.depth + 1 }
}

function checkType(value: JsonValue, schema: JsonObject, place: Place): string | undefined {
  const types = typesOf(schema)
  if (types.length === 0 || types.some((type) => isOfType(value, type))) return undefined
  return `${nameOf(place)} is not of type ${types.join(' or ')}`
}

function checkFixed(value: JsonValue, schema: JsonObject, place: Place): string | undefined {
  if (schema.const === undefined && !Array.isArray(schema.enum)) return undefined
  const text = JSON.stringify(value)
  if (schema.const !== undefined && JSON.stringify(schema.const) !== text)
    return `${nameOf(place)} is not the value it must be`
  if (!Array.isArray(schema.enum) || schema.enum.some((allowed) => JSON.stringify(allowed) === text))
    return undefined
  return `${nameOf(place)} is none of the values it may have`
}

function checkObject(value: JsonObject, schema: JsonObject, place: Place): string | undefined {
  const required = Array.isArray(schema.required) ? schema.required : []
  for (const name of required)
    if (typeof name === 'string' && (!Object.hasOwn(value, name) || value[name] === undefined))
      return `${inside(place, name).path} is missing`
  for (const [name, inner] of Object.entries(value)) {
    const problem =
      inner === undefined ? undefined : check(inner, fieldSchema(schema, name), inside(place, name))
    if (problem !== undefined) return problem
  }
  return undefined
}

function checkList(value: readonly JsonValue[], schema: JsonObject, place: Place): string | undefined {
  if (typeof schema.minItems === 'number' && value.length < schema.minItems)
    return `${nameOf(place)} is too short`
  if (typeof schema.maxItems === 'number' && value.length > schema.maxItems)
    return `${nameOf(place)} is too long`
  for (const [index, entry] of value.entries()) {
    const problem = check(entry, entrySchema(schema, index), inside(place, String(index)))
    if (problem !== undefined) return problem
  }
  return undefined
}

function checkUnions(value: JsonValue, schema: JsonObject, place: Place): string | undefined {
  const fits = (branch: JsonValue) => check(value, branch, { ...place, depth: place.depth + 1 }) === undefined
  if (Array.isArray(schema.allOf) && !schema.allOf.every(fits))
    return `${nameOf(place)} does not fit all it must`
  if (Array.isArray(schema.anyOf) && !schema.anyOf.some(fits)) return `${nameOf(place)} fits no alternative`
  if (Array.isArray(schema.oneOf) && schema.oneOf.filter(fits).length !== 1)
    return `${nameOf(place)} does not fit exactly one alternative`
  return undefined
}
