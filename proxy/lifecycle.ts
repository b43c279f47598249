import type { Settings } from '../contract/settings.ts'
import type { Attention, ProxyState, ProxyStatus } from '../contract/status.ts'
import type { Announcer } from './announcer.ts'
import { ChatError } from './chat/chat-error.ts'
import { type Clock, delay } from './clock.ts'
import { baseUrls } from './http/base-urls.ts'
import { type Listener, type ListenOptions, listen, ProxyStartError } from './http/listener.ts'

export type LifecyclePorts = {
  readonly settings: () => Settings
  readonly clock: Clock
  /** Told of every change of state. */
  readonly announcer: Announcer
  readonly createServer: ListenOptions['createServer']
  /** Requests being relayed; aborting one ends its stream with a frame of its protocol. */
  readonly active: ReadonlySet<AbortController>
  readonly describe: () => Pick<
    ProxyStatus,
    'accounts' | 'requests' | 'failures' | 'version' | 'home' | 'mode'
  > & { readonly attention: readonly Attention[] }
  readonly onListening: (port: number) => Promise<void>
  readonly onStopped: () => Promise<void>
}

export type Lifecycle = {
  status(): ProxyStatus
  /** Opens the port. Rejects with a `ProxyStartError`; the status then says why. */
  start(): Promise<ProxyStatus>
  /** Closes the port at once, lets answers under way finish for `drain.graceMs`, then ends them with an error frame. */
  stop(): Promise<ProxyStatus>
  readonly isListening: () => boolean
}

/** How long a stream may take to send its last frame, and how often a drain looks whether all is done. */
const LAST_FRAME_MS = 1000
const LOOK_MS = 20

export function createLifecycle(ports: LifecyclePorts): Lifecycle {
  const { clock } = ports
  let state: ProxyState = 'stopped'
  let problem: string | null = null
  let listener: Listener | undefined
  let startedAt: number | null = null
  let turn: Promise<unknown> = Promise.resolve()

  const become = (next: ProxyState, why: string | null = null) => {
    state = next
    problem = why
    ports.announcer.announce()
  }

  function status(): ProxyStatus {
    const { server } = ports.settings()
    const port = listener?.port ?? server.port
    const { attention, ...described } = ports.describe()
    return {
      state,
      host: server.host,
      port,
      problem,
      baseUrls: baseUrls(server.host, port),
      startedAt,
      activeRequests: ports.active.size,
      attention: [...attention],
      ...described,
    }
  }

  async function start(): Promise<ProxyStatus> {
    if (listener !== undefined) return status()
    become('starting')
    const { host, port } = ports.settings().server
    try {
      listener = await listen({ host, port, createServer: ports.createServer })
      await ports.onListening(listener.port)
    } catch (error) {
      become('failed', error instanceof Error ? error.message : String(error))
      throw error
    }
    startedAt = clock.now()
    become(listener.partial === null ? 'running' : 'partial', listener.partial)
    return status()
  }

  async function stop(): Promise<ProxyStatus> {
    const closing = listener
    if (closing === undefined) return status()
    become('draining')
    closing.stopListening()
    await untilIdle(ports.settings().drain.graceMs)
    for (const abort of ports.active)
      abort.abort(new ChatError('draining', 'Portside is stopping; send the request again'))
    await untilIdle(LAST_FRAME_MS)
    closing.destroyAll()
    listener = undefined
    startedAt = null
    await ports.onStopped()
    become('stopped')
    return status()
  }

  async function untilIdle(longestMs: number): Promise<void> {
    const until = clock.monotonic() + longestMs
    const never = new AbortController().signal
    while (ports.active.size > 0 && clock.monotonic() < until) await delay(clock, LOOK_MS, never)
  }

  /** Start and stop never overlap: the second waits for the first. */
  function inTurn(work: () => Promise<ProxyStatus>): Promise<ProxyStatus> {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  return {
    status,
    start: () => inTurn(start),
    stop: () => inTurn(stop),
    isListening: () => state === 'running' || state === 'partial',
  }
}

export { ProxyStartError }
