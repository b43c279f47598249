const ODD =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu

const LONGEST = 120

/** Text for menus, tooltips and notices: one short line in which the system obeys nothing. */
export function plainText(text: string): string {
  const shown = text.replace(ODD, (odd) => `\\u{${(odd.codePointAt(0) ?? 0).toString(16)}}`)
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown
}

/** The same for a menu's label, where a single `&` would underline the next letter. */
export const menuText = (text: string) => plainText(text).replaceAll('&', '&&')
