import type { HeaderPlaces } from './scan-head.ts'

export type Fields = Record<string, string | undefined>

const SPACE = 0x20
const TAB = 0x09

/** Up to so many fields set by name V8 keeps an object as a shape, which is made and read in half the time of a table. */
const MOST_IN_SHAPE = 12

/** Names are the upstream's choice, and one of them may be `constructor`: there is nothing behind these objects. */
function Bare() {
  // Made for its prototype.
}
Bare.prototype = Object.freeze(Object.create(null))
const BareFields = Bare as unknown as new () => Fields

/** The header fields at these places of a head, by their names in lower case. */
export function readFields(text: string, { at, count }: HeaderPlaces): Fields {
  const fields: Fields = count > MOST_IN_SHAPE ? Object.create(null) : new BareFields()
  for (let place = 0; place < 3 * count; place += 3) {
    const colon = at[place + 1] ?? 0
    const name = text.slice(at[place], colon).toLowerCase()
    const value = trimmed(text, colon + 1, at[place + 2] ?? 0)
    const before = fields[name]
    fields[name] = before === undefined ? value : `${before}, ${value}`
  }
  return fields
}

/** Not `trim`, which would take a part of a character for a space. */
function trimmed(text: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(character: number): boolean {
  return character === SPACE || character === TAB
}
