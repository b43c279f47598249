type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** A copy of a record without the fields that are undefined, so that absent stays absent. */
export function dropAbsent<T extends object>(record: T): Present<T> {
  const present: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(record)) if (value !== undefined) present[name] = value
  // The type says exactly what the loop does; the compiler cannot follow it.
  return present as Present<T>
}
