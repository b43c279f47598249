import { isJsonObject, type JsonObject, type JsonValue } from '../chat/json.ts'
import {
  type Budget,
  branchesOf,
  createBudget,
  DEEPEST_VALUE,
  entrySchema,
  fieldSchema,
  resolveSchema,
  typesOf,
} from './json-schema.ts'
import { parseLoosely } from './parse-loosely.ts'
import { readElements } from './read-elements.ts'
import { validateValue } from './validate-value.ts'

/**
 * Brings a value to the type that its schema declares, where only one reading is possible: text that is a number, a
 * list or an object where one is wanted; anything as its JSON text where text is wanted; a single value as a list. A
 * value of an allowed type stays as it is, however much its text looks like something else.
 */
export function coerceValue(value: JsonValue, schema: JsonValue | undefined, root: JsonObject): JsonValue {
  return coerce(value, schema, { root, depth: 0, budget: createBudget() })
}

type Place = { readonly root: JsonObject; readonly depth: number; readonly budget: Budget }

function coerce(value: JsonValue, wanted: JsonValue | undefined, place: Place): JsonValue {
  if (place.depth > DEEPEST_VALUE || place.budget.left-- <= 0) return value
  const schema = resolveSchema(wanted, place.root)
  const types = typesOf(schema)
  const branches = branchesOf(schema, place.root)
  if (branches.length > 0 && types.length === 0) return coerceUnion(value, branches, place)
  const typed = types.length === 0 ? value : coerceType(value, types)
  const inner = { ...place, depth: place.depth + 1 }
  if (Array.isArray(typed))
    return typed.map((entry, index) => coerce(entry, entrySchema(schema, index), inner))
  if (!isJsonObject(typed)) return typed
  return Object.fromEntries(
    Object.entries(typed).map(([name, field]) => [
      name,
      field === undefined ? undefined : coerce(field, fieldSchema(schema, name), inner),
    ]),
  )
}

/** The one branch that the value fits, or can be brought to; untouched where several can. */
function coerceUnion(value: JsonValue, branches: readonly JsonObject[], place: Place): JsonValue {
  const inner = { ...place, depth: place.depth + 1 }
  if (branches.some((branch) => fits(value, branch, place))) return value
  const fitting = branches
    .map((branch) => ({ branch, made: coerce(value, branch, inner) }))
    .filter(({ branch, made }) => fits(made, branch, place))
  const [first] = fitting
  const isClear = fitting.every(({ made }) => JSON.stringify(made) === JSON.stringify(first?.made))
  return first !== undefined && isClear ? first.made : value
}

function fits(value: JsonValue, branch: JsonObject, { root, budget }: Place): boolean {
  return validateValue(value, branch, root, budget) === undefined
}

function coerceType(value: JsonValue, types: readonly string[]): JsonValue {
  if (typeof value === 'string') return types.includes('string') ? value : coerceText(value, types)
  const isFine = types.some((type) => isFitting(value, type))
  if (isFine) return value
  if (types.includes('array') && value !== null) return [value]
  const isTextOnly = types.every((type) => type === 'string' || type === 'null')
  return isTextOnly && types.includes('string') ? JSON.stringify(value) : value
}

function isFitting(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isJsonObject(value)
    case 'integer':
    case 'number':
      return typeof value === 'number'
    default:
      return typeof value === type
  }
}

/** What a text stands for where no text is wanted. */
function coerceText(text: string, types: readonly string[]): JsonValue {
  const trimmed = text.trim()
  const literal = readLiteral(trimmed, types)
  if (literal !== undefined) return literal
  const structure = parseStructure(trimmed) ?? readElements(trimmed)
  if (structure !== undefined && types.some((type) => isFitting(structure, type))) return structure
  if (!types.includes('array')) return text
  if (structure !== undefined) return [structure]
  if (trimmed === '') return []
  // Text that begins as a structure and is none was cut or mangled: it is no list of one text.
  return /^[[{]/.test(trimmed) ? text : [text]
}

function readLiteral(text: string, types: readonly string[]): JsonValue | undefined {
  const word = text.toLowerCase()
  if (types.includes('null') && word === 'null') return null
  if (types.includes('boolean') && (word === 'true' || word === 'false')) return word === 'true'
  const isNumeric = types.includes('number') || types.includes('integer')
  return isNumeric && /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(word) ? Number(word) : undefined
}

function parseStructure(text: string): JsonValue | undefined {
  return /^[[{]/.test(text) ? parseLoosely(text)?.value : undefined
}
