/** What is left of a whole text once its first pieces were told; nothing where the two differ. */
export function restOf(whole: string, told: string): string {
  return whole.startsWith(told) ? whole.slice(told.length) : ''
}
