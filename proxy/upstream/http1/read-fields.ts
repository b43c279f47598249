import { transportError } from './transport-error.ts'

export type Fields = Record<string, string | undefined>

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const SPACE = 0x20
const TAB = 0x09

/** Says whether the text has anything but visible characters, spaces, and line ends that are whole. */
export function hasStrayBytes(text: string): boolean {
  return STRAY.test(text)
}

const STRAY = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/

/**
 * Reads header lines from `at` on, of a text without stray bytes. A line that continues the one before (obs-fold), a
 * space before the colon and an odd name are errors: others have read them in another way than they were meant.
 */
export function readFields(text: string, at: number): Fields {
  // Names are the upstream's choice: one of them may be `constructor`.
  const fields: Fields = Object.create(null)
  for (let start = at; start < text.length; ) {
    const found = text.indexOf('\r\n', start)
    const end = found === -1 ? text.length : found
    const colon = text.indexOf(':', start)
    const name = text.slice(start, colon)
    if (colon === -1 || colon > end || !NAME.test(name)) throw transportError('HPE_INVALID', 'a header line')
    const value = trimmed(text, colon + 1, end)
    const lower = name.toLowerCase()
    const before = fields[lower]
    fields[lower] = before === undefined ? value : `${before}, ${value}`
    start = end + 2
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
