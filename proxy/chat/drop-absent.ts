type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** A copy of a record without the fields that are undefined, so that absent stays absent. */
export function dropAbsent<T extends object>(record: T): Present<T> {
  const present: Record<string, unknown> = {}
  const given = record as Readonly<Record<string, unknown>>
  for (const name in given) if (given[name] !== undefined) present[name] = given[name]
  // The type says exactly what the loop does; the compiler cannot follow it.
  return present as Present<T>
}
