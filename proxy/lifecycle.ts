import type { Settings } from '../contract/settings.ts'
import type { Attention, ProxyState, ProxyStatus } from '../contract/status.ts'
import type { Announcer } from './announcer.ts'
import type { CancelSource } from './cancel-signal.ts'
import type { Clock } from './clock.ts'
import { drain } from './drain.ts'
import { baseUrls } from './http/base-urls.ts'
import { type Listener, type ListenOptions, listen, ProxyStartError } from './http/listener.ts'

export type LifecyclePorts = {
  readonly settings: () => Settings
  readonly clock: Clock
  /** Told of every change of state. */
  readonly announcer: Announcer
  readonly createServer: ListenOptions['createServer']
  /** Requests being relayed; aborting one ends its stream with a frame of its protocol. */
  readonly active: Iterable<CancelSource> & { readonly size: number }
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
  /**
   * Moves to the address of the settings where that is another one: the new port is opened first, and only then is the
   * old one drained. Where the new one cannot be had, nothing changes and the status says why (REL-37).
   */
  move(): Promise<ProxyStatus>
  readonly isListening: () => boolean
}

type Address = { readonly host: string; readonly port: number }

function wantedAddress({ settings }: LifecyclePorts): Address {
  const { host, port } = settings().server
  return { host, port }
}

const isSame = (one: Address, other: Address | undefined) =>
  one.host === other?.host && one.port === other.port

const open = ({ host, port }: Address, { createServer }: LifecyclePorts) =>
  listen({ host, port, createServer })

/** Start, stop and move never overlap: the second waits for the first. */
function createTurns<Outcome>(): (work: () => Promise<Outcome>) => Promise<Outcome> {
  let turn: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }
}

export function createLifecycle(ports: LifecyclePorts): Lifecycle {
  const { clock } = ports
  let state: ProxyState = 'stopped'
  let problem: string | null = null
  let listener: Listener | undefined
  /** What the settings asked for when the listener was opened; port 0 is any port. */
  let asked: Address | undefined
  let startedAt: number | null = null
  const inTurn = createTurns<ProxyStatus>()
  /** The drain of the address before this one. */
  let farewell: Promise<unknown> = Promise.resolve()

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
    const wanted = wantedAddress(ports)
    try {
      listener = await open(wanted, ports)
      asked = wanted
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
    await drainOf(closing, ports.active)
    await farewell
    listener = undefined
    startedAt = null
    await ports.onStopped()
    become('stopped')
    return status()
  }

  async function move(): Promise<ProxyStatus> {
    const old = listener
    const wanted = wantedAddress(ports)
    if (old === undefined || isSame(wanted, asked)) return status()
    const opened = await openBeside(old, wanted)
    if (opened === undefined) return status()
    listener = opened
    asked = wanted
    await ports.onListening(opened.port)
    become(opened.partial === null ? 'running' : 'partial', opened.partial)
    old.retire()
    farewell = Promise.all([farewell, drainOf(old, new Set(ports.active))])
    return status()
  }

  /** Undefined where the new address cannot be had; the old one then goes on. */
  async function openBeside(old: Listener, wanted: Address): Promise<Listener | undefined> {
    // Two addresses on one port exclude each other (127.0.0.1 and 0.0.0.0): there the old one lets go first.
    const letsGo = wanted.port === old.port
    try {
      if (letsGo) old.retire()
      return await open(wanted, ports)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (letsGo && asked !== undefined) listener = await open(asked, ports).catch(() => undefined)
      if (listener === undefined) become('failed', `Neither the old address nor the new one: ${why}`)
      else become(state, `Still on port ${old.port}: ${why}`)
      return undefined
    }
  }

  const drainOf = (closing: Listener, requests: Iterable<CancelSource> & { readonly size: number }) =>
    drain({
      listener: closing,
      requests,
      active: ports.active,
      clock,
      graceMs: ports.settings().drain.graceMs,
      mayLinger: () => closing !== listener && state !== 'draining',
    })

  return {
    status,
    start: () => inTurn(start),
    stop: () => inTurn(stop),
    move: () => inTurn(move),
    isListening: () => state === 'running' || state === 'partial',
  }
}

export { ProxyStartError }
