const REMEMBERED_IDS = 20_000

/** Ids that clients gave their requests: the newest ones, so that no two rows get the same. */
export class GivenIds {
  /** In two halves: when the newer one is full, the older one is forgotten. */
  #newer = new Set<string>()
  #older = new Set<string>()

  /** The wanted id, or one made from it where another request had the same. `isTaken` knows of other requests. */
  claim(wanted: string, isTaken: (id: string) => boolean): string {
    let id = wanted
    for (let count = 2; this.#newer.has(id) || this.#older.has(id) || isTaken(id); count += 1)
      id = `${wanted}~${count}`
    this.#remember(id)
    return id
  }

  #remember(id: string): void {
    this.#newer.add(id)
    if (this.#newer.size < REMEMBERED_IDS / 2) return
    this.#older = this.#newer
    this.#newer = new Set()
  }
}
