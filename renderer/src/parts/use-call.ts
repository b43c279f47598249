import { useCallback, useEffect, useState } from 'react'

export type Call<Value> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'failed' }

/** Asks once, again when `ask` changes, and again on `reload`. While it asks again, the old answer stays. */
export function useCall<Value>(ask: (signal: AbortSignal) => Promise<Value>) {
  const [call, setCall] = useState<Call<Value>>({ state: 'loading' })
  const [round, setRound] = useState(0)
  const reload = useCallback(() => setRound((old) => old + 1), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round is what asks again.
  useEffect(() => {
    const stop = new AbortController()
    ask(stop.signal).then(
      (value) => !stop.signal.aborted && setCall({ state: 'ready', value }),
      () => !stop.signal.aborted && setCall((old) => (old.state === 'ready' ? old : { state: 'failed' })),
    )
    return () => stop.abort()
  }, [ask, round])
  return { call, reload }
}
