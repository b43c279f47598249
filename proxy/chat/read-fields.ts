import { ChatError } from './chat-error.ts'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'

/**
 * An object that a client sent, and where it stands in the body. The readers below treat `null` as absent, and throw
 * `invalid-request` with `param` where a known field has the wrong type.
 */
export type Fields = { readonly object: JsonObject; readonly path: string }

/** Names a field as errors do: `messages[0].content`. */
export function fieldPath(fields: Fields, name: string): string {
  return fields.path === '' ? name : `${fields.path}.${name}`
}

export function wrongField(param: string, wanted: string): ChatError {
  return new ChatError('invalid-request', `${param} must be ${wanted}`, { param })
}

export function missingField(param: string): ChatError {
  return new ChatError('invalid-request', `${param} is missing`, { param })
}

/** Takes a value as an object at a path. */
export function readObject(value: unknown, path: string): Fields {
  if (!isJsonObject(value)) throw wrongField(path, 'an object')
  return { object: value, path }
}

export function optionalString(fields: Fields, name: string): string | undefined {
  const value = fields.object[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw wrongField(fieldPath(fields, name), 'a string')
  return value
}

export function requiredString(fields: Fields, name: string): string {
  const value = optionalString(fields, name)
  if (value === undefined) throw missingField(fieldPath(fields, name))
  return value
}

export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = fields.object[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw wrongField(fieldPath(fields, name), 'a number')
  return value
}

/** A whole number that is not negative, such as a token limit. */
export function optionalCount(fields: Fields, name: string): number | undefined {
  const value = optionalNumber(fields, name)
  if (value === undefined) return undefined
  if (!Number.isInteger(value) || value < 0)
    throw wrongField(fieldPath(fields, name), 'a whole number, 0 or more')
  return value
}

export function optionalBoolean(fields: Fields, name: string): boolean | undefined {
  const value = fields.object[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw wrongField(fieldPath(fields, name), 'true or false')
  return value
}

export function optionalFields(fields: Fields, name: string): Fields | undefined {
  const value = fields.object[name]
  if (value === undefined || value === null) return undefined
  return readObject(value, fieldPath(fields, name))
}

export function optionalObject(fields: Fields, name: string): JsonObject | undefined {
  return optionalFields(fields, name)?.object
}

export function optionalList(fields: Fields, name: string): readonly JsonValue[] | undefined {
  const value = fields.object[name]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw wrongField(fieldPath(fields, name), 'a list')
  return value
}

/** A list of objects, each with its own path. */
export function optionalRecords(fields: Fields, name: string): readonly Fields[] | undefined {
  const list = optionalList(fields, name)
  if (list === undefined) return undefined
  const path = fieldPath(fields, name)
  return list.map((value, index) => readObject(value, `${path}[${index}]`))
}

export function requiredRecords(fields: Fields, name: string): readonly Fields[] {
  const records = optionalRecords(fields, name)
  if (records === undefined) throw missingField(fieldPath(fields, name))
  return records
}

/** A list of strings; a single string counts as a list of one. */
export function optionalStrings(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields.object[name]
  if (typeof value === 'string') return [value]
  const path = fieldPath(fields, name)
  return optionalList(fields, name)?.map((entry, index) => {
    if (typeof entry !== 'string') throw wrongField(`${path}[${index}]`, 'a string')
    return entry
  })
}

/** The fields of a body that are not among the known ones, or undefined where there is none. */
export function unknownFields(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  const isUnknown = (name: string) => !known.has(name) && object[name] !== null
  // Nearly all requests have none.
  for (const name in object)
    if (isUnknown(name)) return Object.fromEntries(Object.entries(object).filter(([each]) => isUnknown(each)))
  return undefined
}
