import type { JsonObject } from './json.ts'

/** A field that is known, and always read. */
export const KNOWN = 1
/** A field without a place in the canonical request. */
export const UNKNOWN = 2

/** The fields of a protocol's requests by what they are about, each group a bit: 1 and 2 mean what is said above. */
export class FieldGroups {
  readonly #bits = new Map<string, number>()

  /** Each group with the names of its fields, in one text with spaces. */
  constructor(groups: readonly (readonly [group: number, names: string])[]) {
    for (const [group, names] of groups) for (const name of names.split(/\s+/)) this.#bits.set(name, group)
  }

  /** The groups of which a request has a field, as bits. `null` counts as absent. */
  in(object: JsonObject): number {
    let found = 0
    for (const name in object) if (object[name] !== null) found |= this.#of(name)
    return found
  }

  /** The fields that have no place of their own. */
  unknownIn(object: JsonObject): JsonObject {
    const isUnknown = ([name, value]: [string, unknown]) => value !== null && (this.#of(name) & UNKNOWN) !== 0
    return Object.fromEntries(Object.entries(object).filter(isUnknown))
  }

  #of(name: string): number {
    return this.#bits.get(name) ?? UNKNOWN
  }
}

/** Sets the fields that are there, so that absent stays absent. */
export function assignPresent<Target extends object>(target: Target, fields: Loose<Target>): void {
  const given: Readonly<Record<string, unknown>> = fields
  const grown: Record<string, unknown> = target as Record<string, unknown>
  for (const name in given) if (given[name] !== undefined) grown[name] = given[name]
}

type Loose<Target> = { readonly [Name in keyof Target]?: Target[Name] | undefined }
