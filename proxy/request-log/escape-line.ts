// Control characters, line and paragraph separators, marks that reorder text, and halves of surrogate pairs.
const UNSAFE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\p{Cs}]/gu

/** Makes a text safe to print on one line: whatever could start a line, colour a terminal or reorder text is shown as its code. */
export function escapeLine(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
