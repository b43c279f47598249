/** Shown nowhere and read by no model as a part of a word: it only keeps a marker from being one. */
const BREAK = '\u200b'

/**
 * Breaks the markers that DeepSeek's web still reads as its own wherever they stand in a prompt (tried by others on
 * 2026-04-29): `<｜User｜>`, `<｜Assistant｜>`, and the thinking tags. The text stays readable, and can start no turn.
 */
export function escapeMarkers(text: string): string {
  return text
    .replaceAll(/<(\s*)[｜|](?=\s*(?:User|Assistant)\s*[｜|])/gi, `<${BREAK}$1|`)
    .replaceAll(/((?:User|Assistant)\s*)｜(\s*>)/gi, '$1|$2')
    .replaceAll(/<(\s*\/?\s*think\s*>)/gi, `<${BREAK}$1`)
}
