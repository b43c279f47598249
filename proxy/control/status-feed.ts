import type { ProxyStatus } from '../../contract/status.ts'
import type { ControlPorts } from './control-ports.ts'

const EVERY_MS = 100

/** The present status, then the newest whenever it changed, at most ten a second. */
export async function* followStatus(
  lifecycle: ControlPorts['lifecycle'],
  signal: AbortSignal | undefined,
): AsyncGenerator<ProxyStatus, void> {
  let hasChanged = true
  let wake = (): void => undefined
  const onChange = () => {
    hasChanged = true
    wake()
  }
  const onAbort = () => wake()
  const unsubscribe = lifecycle.subscribe(onChange)
  signal?.addEventListener('abort', onAbort)
  const until = (isOver: () => boolean, timeoutMs?: number) =>
    new Promise<void>((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs)
      wake = () => {
        if (!isOver()) return
        clearTimeout(timer)
        resolve()
      }
      wake()
    })
  const isAborted = () => signal?.aborted === true
  try {
    while (!isAborted()) {
      hasChanged = false
      yield lifecycle.status()
      await until(isAborted, EVERY_MS)
      await until(() => hasChanged || isAborted())
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', onAbort)
  }
}
