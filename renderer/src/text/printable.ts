/**
 * Text from the network may hold control characters, direction overrides and invisible marks that make it read as
 * something else. These are shown by their code point instead of being obeyed.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/u
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u
const LONE_SURROGATE = /\p{Cs}/u
const ODD = new RegExp(`${CONTROLS.source}|${INVISIBLE.source}|${LONE_SURROGATE.source}`, 'gu')

const escaped = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** One line of text in which nothing is obeyed: for names, models, errors, paths. */
export function printable(text: string): string {
  return text.replace(ODD, escaped)
}

/** The same for bodies, where line breaks and tabs are wanted. */
export function printableBody(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(ODD, (character) => (character === '\n' || character === '\t' ? character : escaped(character)))
}
