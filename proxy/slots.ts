/**
 * What comes and goes with every request. A `Set` would do the same, but V8 gives a `Set` that changes much a new table
 * again and again, and each old table keeps all that was ever in it, and all its successors, until the next full
 * collection: under load most of what requests leave behind grew old that way.
 */
export class Slots<T extends object> implements Iterable<T> {
  readonly #items: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#items.length - this.#free.length
  }

  /** Returns the slot, by which the item is taken out again. */
  add(item: T): number {
    const slot = this.#free.pop() ?? this.#items.length
    this.#items[slot] = item
    return slot
  }

  /** Returns false where the slot is empty already. */
  delete(slot: number): boolean {
    if (this.#items[slot] === undefined) return false
    this.#items[slot] = undefined
    this.#free.push(slot)
    return true
  }

  *[Symbol.iterator](): Generator<T> {
    for (const item of [...this.#items]) if (item !== undefined) yield item
  }
}
