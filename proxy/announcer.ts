/** Tells whoever subscribed that something changed; what it is, they ask for themselves. */
export type Announcer = { announce(): void; subscribe(listener: () => void): () => void }

export function createAnnouncer(): Announcer {
  const listeners = new Set<() => void>()
  return {
    announce() {
      for (const tell of listeners) tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
