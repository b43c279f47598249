/** A table's entry for a word that came from outside: `constructor` and `__proto__` are words like any other. */
export function lookUp<Entry>(table: Readonly<Record<string, Entry>>, word: string): Entry | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
