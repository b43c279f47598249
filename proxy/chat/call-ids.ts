import { shortHash } from './short-hash.ts'

/**
 * Gives each call of a request an id that upstreams take: `[a-zA-Z0-9_-]`, at most `max` long, used once. A good id
 * stays. Equal conversations get equal ids, and a longer one begins with the ids of the shorter one.
 */
export function createCallIds(max: number): (wish: string) => string {
  const taken = new Set<string>()
  return (wish) => {
    const id = freeId(wish, max, taken)
    taken.add(id)
    return id
  }
}

function freeId(wish: string, max: number, taken: ReadonlySet<string>): string {
  if (wish.length <= max && /^[a-zA-Z0-9_-]+$/.test(wish) && !taken.has(wish)) return wish
  for (let attempt = 0; ; attempt++) {
    const tail = `_${shortHash(attempt === 0 ? wish : `${wish}#${attempt}`)}`.slice(-max)
    const id = wish.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, Math.max(0, max - tail.length)) + tail
    if (!taken.has(id)) return id
  }
}
