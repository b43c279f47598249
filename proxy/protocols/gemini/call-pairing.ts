/** Names calls that came without an id, and finds the call that a result without one belongs to. */
export type CallPairing = {
  /** The id of the next call: its own, or one made of its place in the conversation. */
  call(name: string, id: string | undefined): string
  /** The id of the call that a result answers: the one it names, else the oldest that waits, by name where one fits. */
  result(name: string, id: string | undefined): string
}

export function createCallPairing(): CallPairing {
  const waiting: { readonly id: string; readonly name: string }[] = []
  let count = 0
  function take(position: number): string | undefined {
    return position < 0 ? undefined : waiting.splice(position, 1)[0]?.id
  }
  return {
    call(name, given) {
      const id = given ?? `call_${count}`
      count++
      waiting.push({ id, name })
      return id
    },
    result(name, given) {
      const known = given === undefined ? -1 : waiting.findIndex(({ id }) => id === given)
      if (given !== undefined) return take(known) ?? given
      const found =
        take(waiting.findIndex((call) => call.name === name)) ?? (name === '' ? take(0) : undefined)
      return found ?? `call_of_${name}`
    },
  }
}
