import type { LookupFunction } from 'node:net'
import type { Clock } from '../../clock.ts'
import { Slots } from '../../slots.ts'
import { type Call, Connection, type ConnectionOwner } from './connection.ts'
import { dial, type Place, type TlsMemory } from './dial.ts'
import { transportError } from './transport-error.ts'

export type PoolOptions = {
  readonly clock: Clock
  readonly lookup: LookupFunction
  readonly connectMs: number
  readonly headerBytes: number
}

/** A connection that was idle for longer than this may have been closed without our having noticed yet. */
const SURE_MS = 1000
const SWEEP_MS = 1000

/** The connections to one place: as many as there are calls under way. The one that served last serves next. */
export class ConnectionPool implements ConnectionOwner {
  readonly #place: Place
  readonly #options: PoolOptions
  readonly #tls: TlsMemory = {}
  readonly #all = new Slots<Connection>()
  /** The last one was used last. Some may be gone already. */
  #idle: Connection[] = []
  #generation = 0
  #isClosed = false
  #sweep: NodeJS.Timeout | undefined

  constructor(place: Place, options: PoolOptions) {
    this.#place = place
    this.#options = options
  }

  /** How many connections there are, idle ones and those being made included. */
  get size(): number {
    return this.#all.size
  }

  send(call: Call): void {
    if (this.#isClosed) return call.listener.onResponseError(transportError('UND_ERR_DESTROYED'), false)
    const now = this.#options.clock.monotonic()
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) return this.#connect(call)
      if (!connection.isIdle) continue
      const idleMs = now - connection.idleSince
      if (idleMs >= connection.keepMs) connection.close(transportError('UND_ERR_SOCKET'))
      else if (idleMs > SURE_MS) return this.#sendAfterLook(connection, call)
      else return connection.send(call)
    }
  }

  /** Idle connections close now, the others when their answers are over. */
  renew(): void {
    this.#generation++
    for (const connection of this.#idle) connection.close(transportError('UND_ERR_SOCKET'))
    this.#endSweep()
  }

  /** Cuts all connections, and whatever they carry. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#all) connection.close(transportError('UND_ERR_DESTROYED'))
    this.#endSweep()
  }

  onFree(connection: Connection): void {
    if (this.#isClosed || connection.generation !== this.#generation)
      return connection.close(transportError('UND_ERR_SOCKET'))
    connection.idleSince = this.#options.clock.monotonic()
    this.#idle.push(connection)
    // Not a timer of the clock's: it must not keep the process alive.
    this.#sweep ??= setInterval(() => this.#lookAtIdle(), SWEEP_MS).unref()
  }

  onGone(connection: Connection): void {
    this.#all.delete(connection.slot)
  }

  #connect(call: Call): void {
    const { lookup, ...options } = this.#options
    const { isTls } = this.#place
    const socket = dial(this.#place, lookup, this.#tls)
    const connection = new Connection({ ...options, socket, isTls, owner: this }, call)
    connection.generation = this.#generation
    connection.slot = this.#all.add(connection)
  }

  /** After a whole turn of the loop, in which an end or bytes that nobody asked for are seen if they are here already. */
  #sendAfterLook(connection: Connection, call: Call): void {
    const look = () => {
      if (!connection.isIdle) return this.send(call)
      if (call.listener.isOver) return this.onFree(connection)
      connection.send(call)
    }
    setImmediate(() => setImmediate(look))
  }

  #lookAtIdle(): void {
    const now = this.#options.clock.monotonic()
    const kept: Connection[] = []
    for (const connection of this.#idle) {
      if (!connection.isIdle) continue
      if (now - connection.idleSince >= connection.keepMs) connection.close(transportError('UND_ERR_SOCKET'))
      else if (kept.push(connection) > 0) connection.unreference()
    }
    this.#idle = kept
    if (kept.length === 0) this.#endSweep()
  }

  #endSweep(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
    this.#idle = []
  }
}
