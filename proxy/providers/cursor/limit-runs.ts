/** Lets so many runs go at a time; the others wait in line. The answer of `enter` is the way out, to be called once. */
export function createRunLimit(most: number) {
  let under = 0
  const waiting: (() => void)[] = []

  /** A place is handed to the next in line, so that nobody can step in between. */
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) under--
    else next()
  }

  return {
    /** Rejects with the signal's reason, should it abort before there is a place. */
    async enter(signal: AbortSignal): Promise<() => void> {
      signal.throwIfAborted()
      if (under >= most) await waitInLine(waiting, signal)
      else under++
      return leave
    },
  }
}

function waitInLine(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = () => {
      waiting.splice(waiting.indexOf(go), 1)
      reject(signal.reason)
    }
    waiting.push(go)
    signal.addEventListener('abort', giveUp, { once: true })
  })
}
