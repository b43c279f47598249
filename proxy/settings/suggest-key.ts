import { z } from 'zod'

/** The keys a schema knows at a path, for telling a person which one they may have meant. */
export function knownKeysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const [step, ...rest] = path
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape)
    const child: z.core.$ZodType | undefined = schema.shape[String(step)]
    return child === undefined ? [] : knownKeysAt(child, rest)
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => knownKeysAt(option, path))
  if (schema instanceof z.ZodArray) return step === undefined ? [] : knownKeysAt(schema.element, rest)
  if (schema instanceof z.ZodRecord) return step === undefined ? [] : knownKeysAt(schema.valueType, rest)
  if (isWrapper(schema)) return knownKeysAt(schema.unwrap(), path)
  return []
}

function isWrapper(
  schema: z.core.$ZodType,
): schema is z.ZodOptional | z.ZodNullable | z.ZodDefault | z.ZodPrefault {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
}

/** The known key nearest to what was typed, where one is near enough to be meant. */
export function nearestKey(typed: string, known: readonly string[]): string | undefined {
  const reach = Math.max(1, Math.floor(typed.length / 2))
  const ranked = known
    .map((key) => ({ key, distance: editDistance(typed.toLowerCase(), key.toLowerCase()) }))
    .filter(({ distance }) => distance <= reach)
    .sort((left, right) => left.distance - right.distance)
  return ranked[0]?.key
}

/** Levenshtein's distance, with two neighbours that changed places counted once. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY
