const PRIME = 16_777_619

/** Ten characters of `[0-9a-z]` that tell texts apart. Equal texts give equal hashes; it guards nothing. */
export function shortHash(text: string): string {
  return fnv(text, 0x811c9dc5).padStart(7, '0').slice(-5) + fnv(text, 0x2f0b4c47).padStart(7, '0').slice(-5)
}

function fnv(text: string, seed: number): string {
  let hash = seed
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), PRIME)
  return (hash >>> 0).toString(36)
}
