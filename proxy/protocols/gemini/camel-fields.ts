import type { JsonObject } from '../../chat/json.ts'
import { type Fields, optionalFields, optionalRecords, readObject } from '../../chat/read-fields.ts'

/** The same fields under their names in camelCase: clients write either. What lies deeper stays as it is. */
export function camelFields({ object, path }: Fields): Fields {
  const renamed: Record<string, JsonObject[string]> = {}
  for (const [name, value] of Object.entries(object)) {
    const camel = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    if (renamed[camel] === undefined || camel === name) renamed[camel] = value
  }
  return { object: renamed, path }
}

export function readCamel(value: unknown, path: string): Fields {
  return camelFields(readObject(value, path))
}

export function optionalCamel(fields: Fields, name: string): Fields | undefined {
  const found = optionalFields(fields, name)
  return found === undefined ? undefined : camelFields(found)
}

export function optionalCamelRecords(fields: Fields, name: string): readonly Fields[] {
  return (optionalRecords(fields, name) ?? []).map(camelFields)
}
